package io.fluxo.backend;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts what passes through: calls, time and bytes read and written, by operation. */
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
     */
    public record Observation(String op, long calls, long nanos, long bytes) {}

    /** What has been observed so far, the most expensive operation first. */
    public List<Observation> observations() {
        List<Observation> rows = new ArrayList<>();
        tallies.forEach((op, tally) -> rows.add(new Observation(op, tally.calls, tally.nanos, tally.bytes)));
        rows.sort(Comparator.comparingLong(Observation::nanos).reversed().thenComparing(Observation::op));
        return rows;
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        long start = System.nanoTime();
        Tensor output = inner.execute(op, inputs);
        count(op, "", start, inputs, output);
        return output;
    }

    @Override
    public Fused forward(FusedOp op, boolean save, Tensor... inputs) {
        long start = System.nanoTime();
        Fused result = inner.forward(op, save, inputs);
        count(op, "", start, inputs, result.output());
        return result;
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        long start = System.nanoTime();
        Tensor[] gradients = inner.backward(op, inputs, forward, gradient);
        count(op, ".backward", start, inputs, gradients);
        return gradients;
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        long bytes = bytes(inputs);
        long start = System.nanoTime();
        Tensor[] outputs = inner.update(op, inputs);
        tally(op, "").add(System.nanoTime() - start, bytes + bytes(outputs));
        return outputs;
    }

    private void count(Op op, String suffix, long start, Tensor[] inputs, Tensor... outputs) {
        long nanos = System.nanoTime() - start;
        tally(op, suffix).add(nanos, bytes(inputs) + bytes(outputs));
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

        private void add(long time, long size) {
            calls++;
            nanos += time;
            bytes += size;
        }
    }
}
