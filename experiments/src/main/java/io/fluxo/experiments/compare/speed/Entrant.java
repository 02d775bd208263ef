package io.fluxo.experiments.compare.speed;

import com.sun.management.ThreadMXBean;
import io.fluxo.backend.Backend;
import io.fluxo.experiments.bench.Repeatable;
import io.fluxo.experiments.compare.speed.Alternation.Turn;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A case on one backend while it is timed. What the backend throws is kept, and ends its part in it. */
final class Entrant implements AutoCloseable {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Effort effort;
    private final List<Double> seconds = new ArrayList<>();
    private Optional<TensorScope> scope = Optional.empty();
    private Repeatable body = _ -> {};
    private Optional<SpeedOutcome> trouble = Optional.empty();
    private long allocated = Long.MAX_VALUE;
    private int calls = 1;
    private double spent;

    Entrant(Backend backend, SpeedCase one, DType dtype, Effort effort) {
        this.effort = effort;
        attempt(() -> {
            scope = Optional.of(backend.openScope());
            body = one.onBackend().on(backend, dtype);
        });
    }

    /** Why it is not to be timed; empty where it is. */
    Optional<SpeedOutcome> trouble() {
        return trouble;
    }

    Samples samples() {
        return new Samples(List.copyOf(seconds), calls, Math.round((double) allocated / calls));
    }

    /**
     * Runs for {@code forSeconds}, and twice at least.
     *
     * @return the least seconds of a call; 0 where there is trouble
     */
    double warmUp(double forSeconds) {
        double[] least = {Double.POSITIVE_INFINITY};
        long start = System.nanoTime();
        attempt(() -> {
            int times = 1;
            for (int run = 0; run < 2 || System.nanoTime() - start < forSeconds * 1e9; run++) {
                double taken = timed(times);
                least[0] = Math.min(least[0], taken / times);
                times = taken < effort.run() ? 2 * times : times;
            }
        });
        return trouble.isPresent() ? 0 : least[0];
    }

    /** Its runs, given how long a call takes. */
    Turn turn(double secondsOfCall) {
        calls = effort.calls(secondsOfCall);
        return new Turn(trouble.isPresent() ? 0 : effort.runs(calls * secondsOfCall), () -> attempt(this::run));
    }

    private void run() {
        if (spent > effort.measured() && seconds.size() >= effort.leastRuns()) {
            return; // the machine is slower now than it was when it warmed up
        }
        long before = THREADS.getTotalThreadAllocatedBytes();
        double taken = timed(calls);
        allocated = Math.min(allocated, THREADS.getTotalThreadAllocatedBytes() - before);
        seconds.add(taken / calls);
        spent += taken;
    }

    private double timed(int times) {
        long start = System.nanoTime();
        body.run(times);
        return (System.nanoTime() - start) / 1e9;
    }

    private void attempt(Runnable part) {
        if (trouble.isPresent()) {
            return;
        }
        try {
            part.run();
        } catch (UnsupportedOperationException declared) {
            trouble = Optional.of(new SpeedOutcome.Unsupported(String.valueOf(declared.getMessage())));
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the backend
        } catch (RuntimeException | Error thrown) {
            trouble = Optional.of(new SpeedOutcome.Failed(Text.format("it fails: %s", thrown)));
        }
    }

    @Override
    public void close() {
        scope.ifPresent(TensorScope::close);
    }
}
