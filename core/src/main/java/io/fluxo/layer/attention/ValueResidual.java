package io.fluxo.layer.attention;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import java.util.List;

/** {@code attention: value_residual}, or {@code {kind: value_residual, own: 0.7, first: 0.3}}. */
public record ValueResidual(double own, double first) implements AttentionKind {

    public static final Key<Double> OWN = Key.of("own", Type.real(Range.ANY), 0.5, "share of a layer's own values in what it carries, from the second such layer on");

    public static final Key<Double> FIRST = Key.of("first", Type.real(Range.ANY), 0.5, "share of the first layer's values");

    @Override
    public List<Key<?>> keys() {
        return List.of(OWN, FIRST);
    }

    @Override
    public AttentionKind with(OwnSettings settings) {
        return new ValueResidual(settings.get(OWN), settings.get(FIRST));
    }

    @Override
    public AttentionTraits traits() {
        return AttentionTraits.OTHER.carryingValues();
    }

    @Override
    public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
        return new ValueResidualAttention(path, dims, design, own, first);
    }
}
