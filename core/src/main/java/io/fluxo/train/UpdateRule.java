package io.fluxo.train;

import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;

/** What an optimizer does to one parameter at each step. Its state begins as zeros of the parameter's shape. */
public sealed interface UpdateRule {

    /** How many tensors of the parameter's shape are its state. */
    int slots();

    /** An operation of the language, which backends have a kernel for. It takes parameter, state, gradient and rates, and returns parameter and state. */
    record Operation(UpdateOp op, int slots) implements UpdateRule {}

    /** A composition of operations, for rules that the language has no operation for. */
    record Composition(UpdateStep step, int slots) implements UpdateRule {}

    /** One step in operations. */
    @FunctionalInterface
    interface UpdateStep {

        /**
         * What parameter and state become.
         *
         * @param state    one tensor for each slot
         * @param gradient of the parameter's shape
         * @param rate     this step's learning rate, a scalar
         * @return the parameter, then its state
         */
        Tensor[] next(Ops ops, Tensor parameter, Tensor[] state, Tensor gradient, Tensor rate);
    }
}
