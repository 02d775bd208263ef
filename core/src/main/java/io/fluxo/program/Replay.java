package io.fluxo.program;

import io.fluxo.tensor.Tensor;

/** A recorded step, ready to be run again on its own memory and on that of outside tensors. */
public interface Replay extends AutoCloseable {

    /** Whether every outside tensor is still in its place, and no view has been made of one that would be overwritten. */
    boolean mayRun();

    /** Runs it. The result belongs to the scope that is open now. */
    Tensor run();

    /** Gives back what it holds. */
    @Override
    default void close() {}
}
