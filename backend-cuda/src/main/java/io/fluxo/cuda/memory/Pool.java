package io.fluxo.cuda.memory;

import io.fluxo.cuda.driver.CudaException;
import io.fluxo.cuda.driver.Driver;
import io.fluxo.text.Text;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Keeps freed blocks for the next tensor of their size, since the driver takes longer to allocate than a kernel to run. All work is in one stream, so that a block
 * may be used again before its last reader has run. When the device is full, blocks that nobody uses go back to the driver.
 */
public final class Pool implements BlockSource {

    private static final int OUT_OF_MEMORY = 2;
    private static final long SMALL = 256;
    private static final long LARGE = 2L << 20;

    private final Driver driver;
    private final MemorySegment stream;
    private final Map<Long, Deque<Long>> idle = new HashMap<>();
    private final Set<Long> all = new HashSet<>();
    private long held;

    public Pool(Driver driver, MemorySegment stream) {
        this.driver = driver;
        this.stream = stream;
    }

    /** Sizes are rounded up, to an eighth of the next lower power of two at most, so that tensors of similar sizes share blocks. */
    private static long rounded(long bytes) {
        long step = Math.max(bytes < LARGE ? SMALL : LARGE / 8, Long.highestOneBit(Math.max(1, bytes)) / 8);
        return Math.max(step, (bytes + step - 1) / step * step);
    }

    @Override
    public long take(long bytes) {
        long size = rounded(bytes);
        Deque<Long> waiting = idle.get(size);
        if (waiting != null && !waiting.isEmpty()) {
            return waiting.pop();
        }
        long address = allocate(size);
        all.add(address);
        held += size;
        return address;
    }

    private long allocate(long size) {
        try {
            return driver.allocate(size);
        } catch (CudaException full) {
            if (full.status() != OUT_OF_MEMORY || !freeIdle()) {
                throw outOfMemory(size, full);
            }
        }
        try {
            return driver.allocate(size);
        } catch (CudaException full) {
            throw outOfMemory(size, full);
        }
    }

    private RuntimeException outOfMemory(long size, CudaException failure) {
        return failure.status() != OUT_OF_MEMORY ? failure : new IllegalStateException(
                Text.format("the GPU has no %,d MiB left: %,d MiB are in use; a smaller batch or model needs less", size >> 20, held >> 20), failure);
    }

    /** Gives idle blocks back to the driver. */
    private boolean freeIdle() {
        driver.synchronize(stream);
        boolean any = false;
        for (Map.Entry<Long, Deque<Long>> size : idle.entrySet()) {
            for (long address : size.getValue()) {
                driver.free(address);
                all.remove(address);
                held -= size.getKey();
                any = true;
            }
            size.getValue().clear();
        }
        return any;
    }

    @Override
    public void give(long address, long bytes) {
        idle.computeIfAbsent(rounded(bytes), size -> new ArrayDeque<>()).push(address);
    }

    @Override
    public void close() {
        all.forEach(driver::free);
        all.clear();
        idle.clear();
        held = 0;
    }
}
