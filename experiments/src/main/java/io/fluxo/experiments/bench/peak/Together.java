package io.fluxo.experiments.bench.peak;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Threads that do the same at the same time, again and again: how much they get done in a nanosecond at best. */
final class Together {

    /** A just-in-time compiler needs some of it, and on a busy machine it takes a while until all threads have a core at once. */
    private static final double NANOS = 0.12e9;
    private static final int LEAST_REPETITIONS = 8;

    private final int threads;
    private final IntToDoubleFunction load;
    private final double[] done;
    private final long[] began;
    private final long[] ended;
    private final AtomicInteger arrived = new AtomicInteger();
    private final CyclicBarrier barrier;
    private final long start = System.nanoTime();
    private int repetitions;
    private double best;
    private volatile boolean over;

    private Together(int threads, IntToDoubleFunction load) {
        this.threads = threads;
        this.load = load;
        this.done = new double[threads];
        this.began = new long[threads];
        this.ended = new long[threads];
        this.barrier = new CyclicBarrier(threads, this::repetitionEnded);
    }

    /** @param load what thread i does for a millisecond or more; says how much that was */
    static double rate(int threads, IntToDoubleFunction load) {
        Together together = new Together(threads, load);
        List<Thread> running = IntStream.range(0, threads).mapToObj(thread -> Thread.ofPlatform().start(() -> together.run(thread))).toList();
        running.forEach(Together::join);
        return together.best;
    }

    private void run(int thread) {
        try {
            for (int repetition = 1; !over; repetition++) {
                arrived.incrementAndGet();
                while (arrived.get() < repetition * threads) {
                    Thread.onSpinWait(); // so that all begin within a microsecond
                }
                began[thread] = System.nanoTime();
                done[thread] = load.applyAsDouble(thread);
                ended[thread] = System.nanoTime();
                barrier.await();
            }
        } catch (InterruptedException | BrokenBarrierException interrupted) {
            over = true;
        }
    }

    private void repetitionEnded() {
        long nanos = Arrays.stream(ended).max().orElseThrow() - Arrays.stream(began).min().orElseThrow();
        best = Math.max(best, Arrays.stream(done).sum() / nanos);
        over = ++repetitions >= LEAST_REPETITIONS && System.nanoTime() - start > NANOS;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
