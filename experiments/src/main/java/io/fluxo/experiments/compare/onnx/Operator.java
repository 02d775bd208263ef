package io.fluxo.experiments.compare.onnx;

import io.fluxo.tensor.Tensor;

/**
 * An operator of the standard in terms of Fluxo's operations.
 *
 * @param since the first version of its domain in which it means what is computed here
 */
record Operator(long since, Computing computing) {

    /** Computes a node's outputs, in order; it may compute more than the node asks for. */
    @FunctionalInterface
    interface Computing {
        Tensor[] compute(Call call);
    }

    /** Computes a node's only output. */
    @FunctionalInterface
    interface One {
        Tensor compute(Call call);
    }

    static Operator of(long since, One one) {
        return new Operator(since, call -> new Tensor[] {one.compute(call)});
    }
}
