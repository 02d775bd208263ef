package io.fluxo.layer.attention;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import java.util.List;

/** {@code attention: gated}, or {@code {kind: gated, gate: head}}. */
public record Gated(GatedAttention.Width gate) implements AttentionKind {

    public static final Key<GatedAttention.Width> GATE = Key.of("gate", Type.label(GatedAttention.Width.class), GatedAttention.Width.ELEMENT,
            "what has a gate of its own: each element of a head's result, or each head");

    @Override
    public List<Key<?>> keys() {
        return List.of(GATE);
    }

    @Override
    public AttentionKind with(OwnSettings own) {
        return new Gated(own.get(GATE));
    }

    @Override
    public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
        return new GatedAttention(path, dims, design, gate);
    }
}
