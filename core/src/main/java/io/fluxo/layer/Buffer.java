package io.fluxo.layer;

import io.fluxo.shape.Shape;

/**
 * A cell that is not trained but learnt by watching: running statistics. Passes of training add to it, passes of evaluation read it, and it is
 * saved with the model.
 */
public final class Buffer extends Cell {

    Buffer(String name, Shape shape, Initializer initializer) {
        super(name, shape, initializer);
    }

    @Override
    String kind() {
        return "buffer";
    }
}
