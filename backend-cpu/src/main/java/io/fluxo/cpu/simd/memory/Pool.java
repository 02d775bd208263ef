package io.fluxo.cpu.simd.memory;

import io.fluxo.cpu.simd.vector.Lanes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Arrays waiting to be used again, by length. The one given last is taken first, since it is likeliest to be in the cache. Lengths are whole
 * blocks; short ones, which a training step asks for hundreds of times, are found by index.
 */
final class Pool<A> {

    private static final int SHORT = 1 << 12;

    private final IntFunction<A> constructor;
    private final Shelf<A>[] byBlocks;
    private final Map<Integer, Deque<A>> longOnes = new HashMap<>();

    @SuppressWarnings("unchecked") // an array of a generic type
    Pool(IntFunction<A> constructor) {
        this.constructor = constructor;
        this.byBlocks = (Shelf<A>[]) new Shelf<?>[SHORT];
    }

    private static final class Shelf<A> {
        private final Deque<A> arrays = new ArrayDeque<>();
    }

    A take(int length) {
        A used = shelf(length).poll();
        return used != null ? used : constructor.apply(length);
    }

    void give(A array, int length) {
        shelf(length).push(array);
    }

    private Deque<A> shelf(int length) {
        int blocks = length / Lanes.BLOCK;
        if (blocks >= SHORT) {
            return longOnes.computeIfAbsent(length, key -> new ArrayDeque<>());
        }
        if (byBlocks[blocks] == null) {
            byBlocks[blocks] = new Shelf<>();
        }
        return byBlocks[blocks].arrays;
    }
}
