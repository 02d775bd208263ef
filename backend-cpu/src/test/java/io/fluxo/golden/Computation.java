package io.fluxo.golden;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Something with parameters, from input tensors to output tensors.
 *
 * @param parameters in the order of the golden's file
 */
record Computation(List<Parameter> parameters, Outputs outputs) {

    /** From the inputs to the outputs; the loss is taken of the first. */
    @FunctionalInterface
    interface Outputs {
        List<Tensor> of(Pass pass, List<Tensor> inputs);
    }

    /** A layer with one input and one output. */
    static Computation of(Layer layer) {
        return new Computation(layer.parameters(), (pass, in) -> List.of(layer.forward(pass, in.getFirst())));
    }

    /** The parameters of several layers, one after the other. */
    static List<Parameter> parameters(Layer... layers) {
        return Arrays.stream(layers).flatMap(layer -> layer.parameters().stream()).toList();
    }
}
