package io.fluxo.layer.norm;

import io.fluxo.layer.Layer;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import io.fluxo.shape.Dim;
import java.util.List;

/**
 * Norms that squash each number by itself: {@code norm: derf}, or {@code norm: {kind: derf, alpha: 1}}.
 *
 * @param maker makes the norm with a slope
 * @param slope α at first
 */
public record Squashing(Maker maker, double slope) implements NormFactory {

    /** Makes a squashing norm. */
    @FunctionalInterface
    public interface Maker {

        /** @param slope α at first */
        Layer norm(String path, Dim width, boolean affine, double slope);
    }

    public static final Key<Double> ALPHA = Key.of("alpha", Type.real(Range.POSITIVE), 0.5, "slope α before the squashing, at first; it is trained");

    public Squashing(Maker maker) {
        this(maker, ALPHA.standard());
    }

    @Override
    public List<Key<?>> keys() {
        return List.of(ALPHA);
    }

    @Override
    public NormFactory with(OwnSettings own) {
        return new Squashing(maker, own.get(ALPHA));
    }

    @Override
    public Layer norm(String path, Dim width, boolean affine, double eps) {
        return maker.norm(path, width, affine, slope);
    }

    @Override
    public boolean readsEps() {
        return false;
    }
}
