package io.fluxo.layer.attention;

import io.fluxo.plugin.Part;
import io.fluxo.setting.PartKind;

/** How attention weighs positions: what {@code attention: NAME} in a ModelSpec stands for. */
@FunctionalInterface
public interface AttentionKind extends Part<AttentionKind> {

    PartKind<AttentionKind> KIND = Part.kind("attention", AttentionKind.class, AttentionKind::traits);

    /**
     * The sub-layer.
     *
     * @param path where it stands: {@code blocks.0.attn}
     */
    Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design);

    /** What the kind declares about itself. */
    default AttentionTraits traits() {
        return AttentionTraits.OTHER;
    }

    /** An attention kind from a sub-layer's constructor. */
    static AttentionKind of(AttentionKind constructor, AttentionTraits traits) {
        return new AttentionKind() {
            @Override
            public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
                return constructor.attention(path, dims, design);
            }

            @Override
            public AttentionTraits traits() {
                return traits;
            }
        };
    }
}
