package io.fluxo.layer;

import io.fluxo.shape.Shape;

/** A cell that is trained: gradients are taken with respect to it, the optimizer replaces its tensor. */
public final class Parameter extends Cell {

    public Parameter(String name, Shape shape, Initializer initializer) {
        super(name, shape, initializer);
    }

    @Override
    String kind() {
        return "parameter";
    }
}
