package io.fluxo.cuda.operation;

import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.shape.Shape;
import java.util.List;
import java.util.Map;

/** The launches of a fused operation, forward and backward, and what is needed to make room for their results. */
public interface FusedKernel {

    /** The shapes of what the forward pass saves, in float32. */
    default List<Shape> saved(List<GpuTensor> in) {
        return List.of();
    }

    /** How many inputs have a gradient. They are the leading ones. */
    default int gradients(int inputs) {
        return inputs;
    }

    /** Whether the backward pass can add the gradient of the first input to a sum. */
    default boolean adds() {
        return false;
    }

    /** Whether the backward pass may write the gradient of the first input over that input. */
    default boolean overwrites() {
        return false;
    }

    /** Whether the backward pass reads what the forward pass returned. */
    default boolean readsResult() {
        return false;
    }

    /**
     * @param out   the result, and what is saved
     * @param shown values inside the operation that are wanted
     */
    Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown);

    Runnable backward(Pullback pass);

    /**
     * What a backward pass works on.
     *
     * @param in       the operation's inputs
     * @param result   what the forward pass returned; null unless it is read
     * @param gradient of the result
     * @param onto     whether the first gradient is added to the values that its output already holds
     * @param out      the gradients of the first inputs
     */
    record Pullback(List<GpuTensor> in, GpuTensor result, List<GpuTensor> saved, GpuTensor gradient, boolean onto, List<GpuTensor> out) {

        GpuTensor x() {
            return in.getFirst();
        }

        GpuTensor dx() {
            return out.getFirst();
        }

        /** Input {@code i}, or null where there are fewer. */
        GpuTensor input(int i) {
            return i < in.size() ? in.get(i) : null;
        }
    }

    /** One after the other. */
    static Runnable both(Runnable first, Runnable second) {
        return () -> {
            first.run();
            second.run();
        };
    }
}
