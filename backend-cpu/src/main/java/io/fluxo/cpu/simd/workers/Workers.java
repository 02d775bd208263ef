package io.fluxo.cpu.simd.workers;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that share out numbered tasks. What a task computes must not depend on which worker runs it or when; then results do not depend on the
 * number of threads. Idle workers spin briefly, since the next kernel is microseconds away, and then sleep; the caller waits for tasks, not
 * for workers, so a worker that is late to wake delays no one.
 *
 * <p>Work is planned first and run then, once or again and again: a plan that runs again makes no objects.
 */
public final class Workers implements AutoCloseable {

    private static final int SPINS = 2_000;

    /** A worker that has finished waits for late ones for this fraction of its own time. */
    private static final int PATIENCE = 4;

    /** Counters that several threads write stand on cache lines of their own. */
    private static final int APART = 16;

    /** Runs one of several numbered tasks. */
    @FunctionalInterface
    public interface TaskBody {

        /** @param worker the number of the worker that runs it, from 0: memory kept for a worker is never used by two at once */
        void run(int task, int worker);
    }

    /** Numbered tasks of one kind. */
    public record TaskGroup(int tasks, TaskBody body) {

        /** 0 … n − 1, {@code each} to a task. */
        public static TaskGroup of(int n, int each, Range body) {
            return new TaskGroup((n + each - 1) / each, (task, worker) -> body.run(task * each, Math.min(n, (task + 1) * each), worker));
        }

        /** The tasks of all groups, numbered consecutively. */
        public static TaskGroup inTurn(List<TaskGroup> parts) {
            if (parts.size() == 1) {
                return parts.getFirst();
            }
            int[] ends = new int[parts.size()];
            int tasks = 0;
            for (int i = 0; i < ends.length; i++) {
                tasks += parts.get(i).tasks;
                ends[i] = tasks;
            }
            return new TaskGroup(tasks, (task, worker) -> {
                int found = Arrays.binarySearch(ends, task + 1); // the group that ends here, or else the one that ends next
                int index = found < 0 ? -found - 1 : found;
                TaskGroup part = parts.get(index);
                part.body.run(task - ends[index] + part.tasks, worker);
            });
        }
    }

    /** A range of something that is processed element by element, row by row or column by column. */
    @FunctionalInterface
    public interface Range {

        /** @param from inclusive
         *  @param to   exclusive */
        void run(int from, int to, int worker);
    }

    /** Time from which a part is worth handing over, in nanoseconds. */
    private static final double WORTHWHILE = 1_000;
    /** Parts for each worker: a worker that is held up leaves its share to the others. */
    private static final int PARTS = 4;
    /**
     * Nanoseconds after which a part is cut: kernels that are called often with little are compiled soon, and as a whole. A loop that the
     * compiler enters in the middle keeps its vectors in memory.
     */
    private static final double CUT = 4_000;

    private final Thread[] threads;
    private volatile Job job;
    /** How many jobs there have been: a job that runs again is new work. */
    private volatile int round;
    private volatile boolean closed;
    private boolean callerOnly;

    public Workers(int count) {
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] = Thread.ofPlatform().daemon().name("fluxo-simd-" + worker).start(() -> work(worker));
        }
    }

    /** How many run side by side, the caller included. */
    public int count() {
        return threads.length + 1;
    }

    /** Sets whether the caller does all work by itself. */
    void leaveToCaller(boolean all) {
        callerOnly = all;
    }

    /** {@code body} for 0 … tasks − 1; it returns when all are done. */
    public Runnable plan(int tasks, TaskBody body) {
        return plan(List.of(new TaskGroup(tasks, body)));
    }

    /** The tasks of all parts side by side; it returns when all are done. */
    public Runnable plan(List<TaskGroup> parts) {
        int tasks = 0;
        for (TaskGroup part : parts) {
            tasks += part.tasks;
        }
        return threads.length == 0 || tasks <= 1 ? () -> inTurn(parts) : new Job(parts, tasks);
    }

    private static void inTurn(List<TaskGroup> parts) {
        for (int i = 0; i < parts.size(); i++) {
            TaskGroup part = parts.get(i);
            for (int task = 0; task < part.tasks; task++) {
                part.body.run(task, 0);
            }
        }
    }

    /**
     * 0 … n − 1, shared out.
     *
     * @param unit  parts begin at multiples of it
     * @param nanos roughly the time of one item, in nanoseconds
     */
    public Runnable plan(int n, int unit, double nanos, Range body) {
        int partsEach = Math.clamp((int) (n * nanos / WORTHWHILE / count()), 0, PARTS);
        int parts = threads.length == 0 || partsEach == 0 ? 1 : partsEach * count(); // as many for each, so that a worker meets the rows it made
        int each = up((n + parts - 1) / parts, unit);
        int cut = Math.max(unit, (int) (CUT / nanos) / unit * unit);
        return parts == 1 ? () -> part(0, n, cut, 0, body)
                : plan(List.of(TaskGroup.of(n, each, (from, to, worker) -> part(from, to, cut, worker, body))));
    }

    /** Row by row, of {@code width} elements each; {@code nanos} is the time of one element. */
    public Runnable rows(int rows, int width, double nanos, Range body) {
        return plan(rows, 1, nanos * width + 10, body);
    }

    private static void part(int from, int to, int cut, int worker, Range body) {
        for (int i = from; i < to; i += cut) {
            body.run(i, Math.min(to, i + cut), worker);
        }
    }

    private static int up(int n, int unit) {
        return (n + unit - 1) / unit * unit;
    }

    private void work(int worker) {
        int done = 0;
        while (!closed) {
            int current = round;
            if (current != done) {
                job.share(worker);
                done = current;
            } else {
                idle(done);
            }
        }
    }

    private void idle(int done) {
        for (int i = 0; i < SPINS && round == done && !closed; i++) {
            Thread.onSpinWait();
        }
        while (round == done && !closed) {
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

    /**
     * Tasks of which each is taken once. Every worker has a run of neighbouring tasks of each part, so that it meets again what it left in its
     * cache. One that is through helps the others only when they are late: rows that change hands must be fetched from another core's cache,
     * in this operation and again in those that follow.
     */
    private final class Job implements Runnable {
        private final List<TaskGroup> parts;
        private final int tasks;
        private final int runs;
        private final AtomicIntegerArray taken;
        private final AtomicInteger finished = new AtomicInteger();
        private volatile Throwable failure;

        private Job(List<TaskGroup> parts, int tasks) {
            this.parts = parts;
            this.tasks = tasks;
            this.runs = count();
            this.taken = new AtomicIntegerArray(runs * APART);
        }

        /**
         * All tasks of the last run are done by now. A worker that is late for that run may find its counters reset; it then takes a task of this
         * run, which is right.
         */
        @Override
        public void run() {
            if (callerOnly) {
                inTurn(parts);
                return;
            }
            failure = null;
            finished.set(0);
            for (int run = 0; run < runs; run++) {
                taken.set(run * APART, 0);
            }
            job = this;
            round = round + 1; // only the caller's thread writes it
            for (Thread thread : threads) {
                LockSupport.unpark(thread);
            }
            share(0);
            await();
        }

        private void share(int worker) {
            long begin = System.nanoTime();
            performAll(worker, worker);
            long through = System.nanoTime();
            for (int i = 1; i < runs; i++) {
                int run = (worker + i) % runs;
                int length = length(run);
                while (isUnderWay(run, length) && System.nanoTime() - through < (through - begin) / PATIENCE) {
                    Thread.onSpinWait();
                }
                performAll(run, worker);
            }
        }

        /** Whether a run of tasks has been started and still has tasks left. */
        private boolean isUnderWay(int run, int length) {
            int next = taken.get(run * APART);
            return next > 0 && next < length;
        }

        private int length(int run) {
            int length = 0;
            for (int i = 0; i < parts.size(); i++) {
                length += begin(parts.get(i), run + 1) - begin(parts.get(i), run);
            }
            return length;
        }

        /** Performs the remaining tasks of a run. */
        private void performAll(int run, int worker) {
            int performed = 0;
            while (performNext(run, worker)) {
                performed++;
            }
            if (performed > 0) {
                finished.addAndGet(performed);
            }
        }

        /** The next task of a run, if there is one. */
        private boolean performNext(int run, int worker) {
            int next = taken.getAndIncrement(run * APART);
            for (int i = 0; i < parts.size(); i++) {
                TaskGroup part = parts.get(i);
                int from = begin(part, run);
                int count = begin(part, run + 1) - from;
                if (next < count) {
                    perform(part.body, from + next, worker);
                    return true;
                }
                next -= count;
            }
            return false;
        }

        private int begin(TaskGroup part, int run) {
            return (int) ((long) part.tasks * run / runs);
        }

        private void perform(TaskBody body, int task, int worker) {
            try {
                body.run(task, worker);
            } catch (RuntimeException | Error thrown) {
                failure = thrown;
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
