package io.fluxo.layer.norm;

import io.fluxo.layer.Layer;
import io.fluxo.plugin.Part;
import io.fluxo.setting.PartKind;
import io.fluxo.shape.Dim;

/** Makes a norm: what {@code norm: NAME} in a ModelSpec stands for. */
@FunctionalInterface
public interface NormFactory extends Part<NormFactory> {

    PartKind<NormFactory> KIND = Part.kind("norm", NormFactory.class);

    /**
     * @param path   where it stands: {@code blocks.0.ln1}
     * @param width  size of the axis it normalises, the last
     * @param affine whether it carries a gain (and a bias, if its kind has one)
     * @param eps    added under the root
     */
    Layer norm(String path, Dim width, boolean affine, double eps);

    /** Whether its norms add {@code eps} anywhere. */
    default boolean readsEps() {
        return true;
    }

    /** Whether {@code affine} gives its norms more cells. */
    default boolean readsAffine() {
        return norm("norm", Dim.ONE, true, 0).cells().size() > norm("norm", Dim.ONE, false, 0).cells().size();
    }

    /** The same factory, declared not to read {@code eps}. */
    static NormFactory withoutEps(NormFactory factory) {
        return new NormFactory() {
            @Override
            public Layer norm(String path, Dim width, boolean affine, double eps) {
                return factory.norm(path, width, affine, eps);
            }

            @Override
            public boolean readsEps() {
                return false;
            }
        };
    }
}
