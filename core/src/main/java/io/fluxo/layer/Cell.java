package io.fluxo.layer;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;

/**
 * A named place for a tensor of a model. The cell is the identity: its tensor is replaced by training steps and loading, and is absent until a
 * model is initialised on a backend.
 */
public abstract sealed class Cell permits Parameter, Buffer {

    private final String name;
    private final Shape shape;
    private final Initializer initializer;
    private Tensor value;

    Cell(String name, Shape shape, Initializer initializer) {
        this.name = name;
        this.shape = shape;
        this.initializer = initializer;
    }

    /** The full name: {@code blocks.0.attn.W_Q}. */
    public final String name() {
        return name;
    }

    public final Shape shape() {
        return shape;
    }

    /** How its first value is drawn. */
    public final Initializer initializer() {
        return initializer;
    }

    /** The current tensor. */
    public final Tensor value() {
        if (value == null) {
            throw new IllegalStateException(Text.format("the %s %s has no value yet: initialise or load the model first", kind(), name));
        }
        return value;
    }

    /** Puts {@code tensor}, of this cell's shape, into it. */
    public final void set(Tensor tensor) {
        if (!tensor.shape().equals(shape)) {
            throw new IllegalArgumentException(Text.format("the %s %s is %s, not %s", kind(), name, shape, tensor.shape()));
        }
        value = tensor;
    }

    /** What messages call it. */
    abstract String kind();

    @Override
    public final String toString() {
        return name + " " + shape;
    }
}
