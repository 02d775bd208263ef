package io.fluxo.layer;

import io.fluxo.shape.Dim;

/** Makes a norm: what {@code norm: NAME} in a ModelSpec stands for. */
@FunctionalInterface
public interface NormFactory {

    /**
     * @param path   where it stands: {@code blocks.0.ln1}
     * @param width  size of the axis it normalises, the last
     * @param affine whether it carries a gain (and a bias, if its kind has one)
     * @param eps    added under the root
     */
    Layer norm(String path, Dim width, boolean affine, double eps);
}
