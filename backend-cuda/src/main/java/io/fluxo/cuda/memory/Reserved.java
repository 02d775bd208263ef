package io.fluxo.cuda.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Blocks that stay reserved for one user until it closes: what it gives back is handed out to itself alone. A recorded step keeps its memory so, since its kernels know
 * the addresses.
 */
public final class Reserved implements BlockSource {

    private record Taken(long address, long bytes) {}

    private final BlockSource from;
    private final Map<Long, Deque<Long>> idle = new HashMap<>();
    private final List<Taken> taken = new ArrayList<>();

    public Reserved(BlockSource from) {
        this.from = from;
    }

    @Override
    public long take(long bytes) {
        Deque<Long> waiting = idle.get(bytes);
        if (waiting != null && !waiting.isEmpty()) {
            return waiting.pop();
        }
        long address = from.take(bytes);
        taken.add(new Taken(address, bytes));
        return address;
    }

    @Override
    public void give(long address, long bytes) {
        idle.computeIfAbsent(bytes, size -> new ArrayDeque<>()).push(address);
    }

    @Override
    public void close() {
        taken.forEach(block -> from.give(block.address, block.bytes));
        taken.clear();
        idle.clear();
    }
}
