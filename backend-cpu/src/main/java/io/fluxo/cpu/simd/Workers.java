package io.fluxo.cpu.simd;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that share out numbered tasks. What a task computes must not depend on who runs it or when; then results do not depend on the
 * number of threads. Idle workers spin briefly, since the next kernel is microseconds away, and then sleep; the caller waits for tasks, not
 * for workers, so that one that is late to wake delays nobody.
 */
final class Workers implements AutoCloseable {

    private static final int SPINS = 2_000;

    /** One of several tasks. */
    @FunctionalInterface
    interface Task {

        /** @param worker who runs it, from 0: what is kept for a worker is not used by two at once */
        void run(int task, int worker);
    }

    private final Thread[] threads;
    private volatile Job job = new Job(0, (task, worker) -> { });
    private volatile boolean closed;

    Workers(int count) {
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] = Thread.ofPlatform().daemon().name("fluxo-simd-" + worker).start(() -> work(worker));
        }
    }

    /** How many run side by side, the caller included. */
    int count() {
        return threads.length + 1;
    }

    /** Runs {@code body} for 0 … tasks − 1, and returns when all are done. */
    void run(int tasks, Task body) {
        if (threads.length == 0 || tasks <= 1) {
            for (int task = 0; task < tasks; task++) {
                body.run(task, 0);
            }
            return;
        }
        Job shared = new Job(tasks, body);
        job = shared;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        shared.share(0);
        shared.await();
    }

    private void work(int worker) {
        Job done = job;
        while (!closed) {
            Job current = job;
            if (current != done) {
                current.share(worker);
                done = current;
            } else {
                idle(done);
            }
        }
    }

    private void idle(Job done) {
        for (int i = 0; i < SPINS && job == done && !closed; i++) {
            Thread.onSpinWait();
        }
        while (job == done && !closed) {
            LockSupport.park(this);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }

    /** Tasks of which each is taken once. */
    private static final class Job {
        private final int tasks;
        private final Task body;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger finished = new AtomicInteger();
        private volatile Throwable failure;

        private Job(int tasks, Task body) {
            this.tasks = tasks;
            this.body = body;
        }

        private void share(int worker) {
            for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
                try {
                    body.run(task, worker);
                } catch (RuntimeException | Error thrown) {
                    failure = thrown;
                } finally {
                    finished.incrementAndGet();
                }
            }
        }

        private void await() {
            for (int i = 0; finished.get() < tasks; i++) {
                if (i < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
            switch (failure) {
                case null -> { }
                case RuntimeException exception -> throw exception;
                case Error error -> throw error;
                default -> throw new IllegalStateException(failure);
            }
        }
    }
}
