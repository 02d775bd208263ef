package io.fluxo.backend;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.op.Work;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Counts calls, time, bytes read and written, and the work of products, by operation. Routines call their step every time, so that every operation is
 * counted.
 */
public final class ObservedBackend extends DelegatingBackend {

    private final Map<String, Tally> tallies = new HashMap<>();

    public ObservedBackend(Backend inner) {
        super("observed", inner);
    }

    /**
     * One operation's share.
     *
     * @param op    its name; a kernel's backward pass ends in {@code .backward}
     * @param calls how often it ran
     * @param nanos wall time in it, in nanoseconds
     * @param bytes size of its inputs and outputs, in bytes
     * @param flops floating-point operations of its products, as {@link Work} counts them
     */
    public record Observation(String op, long calls, long nanos, long bytes, long flops) {}

    /** What has been observed so far, the most expensive operation first. */
    public List<Observation> observations() {
        List<Observation> rows = new ArrayList<>();
        tallies.forEach((op, tally) -> rows.add(new Observation(op, tally.calls, tally.nanos, tally.bytes, tally.flops)));
        rows.sort(Comparator.comparingLong(Observation::nanos).reversed().thenComparing(Observation::op));
        return rows;
    }

    /** Forgets what has been observed. */
    public void clear() {
        tallies.clear();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        long start = System.nanoTime();
        Tensor output = inner.execute(op, inputs);
        count(op, "", System.nanoTime() - start, Work.of(op, inputs), inputs, output);
        return output;
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        long start = System.nanoTime();
        Fused result = inner.runFused(op, save, inputs);
        count(op, "", System.nanoTime() - start, Work.of(op, inputs), inputs, result.output());
        return result;
    }

    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        long start = System.nanoTime();
        Optional<Shown> shown = inner.runShowing(op, wanted, inputs);
        long nanos = System.nanoTime() - start;
        shown.ifPresent(made -> count(op, "", nanos, Work.of(op, inputs), inputs,
                Stream.concat(Stream.of(made.output()), made.inside().values().stream()).toArray(Tensor[]::new)));
        return shown;
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        long start = System.nanoTime();
        Tensor[] gradients = inner.backward(op, inputs, forward, gradient);
        count(op, ".backward", System.nanoTime() - start, Work.ofBackward(op, inputs), inputs, gradients);
        return gradients;
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        long bytes = bytes(sum);
        long start = System.nanoTime();
        Tensor[] gradients = inner.backwardOnto(op, inputs, forward, gradient, sum);
        tally(op, ".backward").add(System.nanoTime() - start, bytes + bytes(inputs) + bytes(gradients), Work.ofBackward(op, inputs));
        return gradients;
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        long bytes = bytes(inputs);
        long start = System.nanoTime();
        Tensor[] outputs = inner.update(op, inputs);
        tally(op, "").add(System.nanoTime() - start, bytes + bytes(outputs), 0);
        return outputs;
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        long bytes = inputs.stream().mapToLong(ObservedBackend::bytes).sum();
        long start = System.nanoTime();
        List<Tensor[]> outputs = inner.updateAll(op, inputs);
        tally(op, "").add(System.nanoTime() - start, bytes + outputs.stream().mapToLong(ObservedBackend::bytes).sum(), 0);
        return outputs;
    }

    /** Calls {@code step} every time: a replay executes no operations that could be counted. */
    @Override
    public Routine routine(Supplier<Tensor> step) {
        return step::get;
    }

    private void count(Op op, String suffix, long nanos, long flops, Tensor[] inputs, Tensor... outputs) {
        tally(op, suffix).add(nanos, bytes(inputs) + bytes(outputs), flops);
    }

    private Tally tally(Op op, String suffix) {
        return tallies.computeIfAbsent(op.name() + suffix, name -> new Tally());
    }

    private static long bytes(Tensor... tensors) {
        long bytes = 0;
        for (Tensor tensor : tensors) {
            if (tensor != null && tensor.shape().isKnown()) {
                bytes += (long) tensor.shape().elements() * tensor.dtype().bytes();
            }
        }
        return bytes;
    }

    private static final class Tally {
        private long calls;
        private long nanos;
        private long bytes;
        private long flops;

        private void add(long time, long size, long work) {
            calls++;
            nanos += time;
            bytes += size;
            flops += work;
        }
    }
}
