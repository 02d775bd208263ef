package io.fluxo.layer;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;

/**
 * A named cell that holds a trained tensor. The cell is the identity: its tensor is replaced by optimizer steps and loading, and is absent
 * until a model is initialised on a backend.
 */
public final class Parameter {

    private final String name;
    private final Shape shape;
    private final Initializer initializer;
    private Tensor value;

    public Parameter(String name, Shape shape, Initializer initializer) {
        this.name = name;
        this.shape = shape;
        this.initializer = initializer;
    }

    /** The full name: {@code blocks.0.attn.W_Q}. */
    public String name() {
        return name;
    }

    public Shape shape() {
        return shape;
    }

    /** How its first value is drawn. */
    public Initializer initializer() {
        return initializer;
    }

    /** The current tensor. */
    public Tensor value() {
        if (value == null) {
            throw new IllegalStateException("the parameter " + name + " has no value yet: initialise or load the model first");
        }
        return value;
    }

    /** Puts {@code tensor}, of this parameter's shape, into the cell. */
    public void set(Tensor tensor) {
        if (!tensor.shape().equals(shape)) {
            throw new IllegalArgumentException("the parameter %s is %s, not %s".formatted(name, shape, tensor.shape()));
        }
        value = tensor;
    }

    @Override
    public String toString() {
        return name + " " + shape;
    }
}
