package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.shape.Shape;
import java.util.List;

/** The kernel pair of a fused operation, and what is needed to allocate its outputs. */
public interface FusedKernel {

    /** The shapes of what the forward pass saves, in float32. */
    default List<Shape> saved(List<SimdTensor> in) {
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

    /** Whether the backward pass reads what the forward pass returned. */
    default boolean readsResult() {
        return false;
    }

    /** @param out the result, and what is saved */
    Kernel forward(List<SimdTensor> in, List<SimdTensor> out);

    Kernel backward(Pullback pass);

    /**
     * What a backward pass works on.
     *
     * @param in       the operation's inputs
     * @param result   what the forward pass returned; null unless it is read
     * @param gradient of the result
     * @param onto     whether the first gradient is added to the values that its output already holds
     * @param out      the gradients of the first inputs
     */
    record Pullback(List<SimdTensor> in, SimdTensor result, List<SimdTensor> saved, SimdTensor gradient, boolean onto, List<SimdTensor> out) {

        SimdTensor x() {
            return in.getFirst();
        }

        /** The gradient of x. */
        float[] dx() {
            return out.getFirst().floats();
        }

        /** Input {@code i}'s values, or null where there are fewer inputs. */
        float[] input(int i) {
            return i < in.size() ? in.get(i).floats() : null;
        }

        /** Input {@code i}'s gradient, or null where there are fewer. */
        float[] output(int i) {
            return i < out.size() ? out.get(i).floats() : null;
        }
    }
}
