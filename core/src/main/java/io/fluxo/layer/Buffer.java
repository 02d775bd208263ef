package io.fluxo.layer;

import io.fluxo.shape.Shape;

/**
 * An untrained cell that collects running statistics, as a buffer in PyTorch. Training passes add to it, evaluation passes read it, and it is saved
 * with the model.
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
