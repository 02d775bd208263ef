package example.attention;

import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import java.util.List;

/** {@code attention: example-gated}, or {@code attention: {kind: example-gated, steepness: 2}}. It says nothing of itself: its equations are its own. */
record Gated(double steepness) implements AttentionKind {

    static final Key<Double> STEEPNESS = Key.of("steepness", Type.real(Range.POSITIVE), 1.0, "times what opens the gate");

    @Override
    public List<Key<?>> keys() {
        return List.of(STEEPNESS);
    }

    @Override
    public AttentionKind with(OwnSettings own) {
        return new Gated(own.get(STEEPNESS));
    }

    @Override
    public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
        return new GatedAttention(path, dims, design, steepness);
    }
}
