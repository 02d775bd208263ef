package io.fluxo.model;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.function.BiFunction;

/** Is told of every forward pass of a model that is executed. What a backend replays is no pass: nothing of the model runs then. */
@FunctionalInterface
public interface ForwardWatch {

    /**
     * Runs the model.
     *
     * @param tokens  I32 [batch pos]
     * @param forward the model
     * @return what {@code forward} returned, [batch pos d_vocab]
     */
    Tensor watch(Pass pass, Tensor tokens, BiFunction<Pass, Tensor, Tensor> forward);
}
