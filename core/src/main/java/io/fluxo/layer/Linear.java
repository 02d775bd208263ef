package io.fluxo.layer;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;

/** xW + b over the last axis: [… in] → [… out]. */
public final class Linear extends Layer {

    private final Parameter weight;
    private final Parameter bias;

    /**
     * @param path    the layer this projection belongs to
     * @param name    what follows {@code W_} and {@code b_} in its parameters' names
     * @param hasBias whether there is a b, zero at first
     */
    public Linear(String path, String name, Dim in, Dim out, boolean hasBias, Initializer initializer) {
        super(path);
        weight = parameter("W_" + name, Shape.of(in, out), initializer);
        bias = hasBias ? parameter("b_" + name, Shape.of(out), Initializer.ZEROS) : null;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        return pass.linear(x, weight.value(), bias == null ? null : bias.value());
    }

    /** W [in out]. */
    public Parameter weight() {
        return weight;
    }
}
