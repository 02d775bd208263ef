package io.fluxo.layer;

import io.fluxo.op.Ops;
import io.fluxo.tensor.Tensor;

/**
 * Where a parameter is put back to after every step of training: the optimizer moves it freely, then it is projected. {@code Layer.keep} declares one.
 *
 * @param parameter whose values are projected
 * @param onto      the projection, in operations
 */
public record Projection(Parameter parameter, Onto onto) {

    /** What values become: of the same shape, and the same again where it is applied to its own result, but for rounding. */
    @FunctionalInterface
    public interface Onto {

        Tensor of(Ops ops, Tensor values);
    }
}
