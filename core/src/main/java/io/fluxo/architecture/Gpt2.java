package io.fluxo.architecture;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.model.ModelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** GPT-2 (Radford et al. 2019): pre-norm, learned positions, one fused projection to queries, keys and values, weights stored [in out]. */
final class Gpt2 implements Architecture {

    private static final Layout LAYOUT = Layout.of("transformer.")
            .same("W_E", "transformer.wte.weight")
            .same("W_pos", "transformer.wpe.weight")
            .same("blocks.*.ln1.w", "transformer.h.*.ln_1.weight")
            .same("blocks.*.ln1.b", "transformer.h.*.ln_1.bias")
            .fused("transformer.h.*.attn.c_attn.weight", "blocks.*.attn.W_Q", "blocks.*.attn.W_K", "blocks.*.attn.W_V")
            .fused("transformer.h.*.attn.c_attn.bias", "blocks.*.attn.b_Q", "blocks.*.attn.b_K", "blocks.*.attn.b_V")
            .same("blocks.*.attn.W_O", "transformer.h.*.attn.c_proj.weight")
            .same("blocks.*.attn.b_O", "transformer.h.*.attn.c_proj.bias")
            .same("blocks.*.ln2.w", "transformer.h.*.ln_2.weight")
            .same("blocks.*.ln2.b", "transformer.h.*.ln_2.bias")
            .same("blocks.*.mlp.W_in", "transformer.h.*.mlp.c_fc.weight")
            .same("blocks.*.mlp.b_in", "transformer.h.*.mlp.c_fc.bias")
            .same("blocks.*.mlp.W_out", "transformer.h.*.mlp.c_proj.weight")
            .same("blocks.*.mlp.b_out", "transformer.h.*.mlp.c_proj.bias")
            .same("ln_final.w", "transformer.ln_f.weight")
            .same("ln_final.b", "transformer.ln_f.bias")
            .turned("W_U", "lm_head.weight")
            .repeating("lm_head.weight", "transformer.wte.weight")
            .without("(transformer\\.)?h\\.\\d+\\.attn\\.(masked_)?bias"); // the causal mask, and what is written where it forbids

    @Override
    public ModelSpec spec(Config config) {
        KnownKeys.common(config);
        config.demand("scale_attn_by_inverse_layer_idx", false);
        config.demand("n_ctx", config.size("n_positions")); // an older name of the same
        int width = config.size("n_embd");
        return ModelSpec.DEFAULT.with(D_MODEL, width).with(N_LAYERS, config.size("n_layer")).with(N_HEADS, config.size("n_head"))
                .with(D_MLP, config.sizeOr("n_inner", Math.multiplyExact(4, width))).with(N_CTX, config.size("n_positions")).with(D_VOCAB, config.size("vocab_size"))
                .with(ACT_FN, KnownKeys.activation(config, "activation_function")).with(PLACEMENT, "pre").with(NORM, "layer_norm").with(NORM_AFFINE, true)
                .with(NORM_EPS, config.real("layer_norm_epsilon")).with(POSITIONS, "learned").with(BIAS, true)
                .with(ATTN_SCALE, config.truthOr("scale_attn_weights", true) ? 0.0 : 1.0).with(TIED_HEAD, config.truthOr("tie_word_embeddings", true));
    }

    @Override
    public Layout layout(ModelSpec spec) {
        return LAYOUT;
    }

    @Override
    public Optional<Map<String, Object>> config(ModelSpec spec) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("GPT2LMHeadModel"));
        config.put("vocab_size", spec.get(D_VOCAB));
        config.put("n_positions", spec.get(N_CTX));
        config.put("n_embd", spec.get(D_MODEL));
        config.put("n_layer", spec.get(N_LAYERS));
        config.put("n_head", spec.get(N_HEADS).standard());
        config.put("n_inner", spec.get(D_MLP).standard());
        config.put("activation_function", KnownKeys.written(spec.get(ACT_FN).standard().name()));
        config.put("layer_norm_epsilon", spec.get(NORM_EPS).standard());
        config.put("scale_attn_weights", spec.get(ATTN_SCALE).standard() != 1);
        config.put("tie_word_embeddings", spec.get(TIED_HEAD));
        config.put("resid_pdrop", spec.get(DROPOUT));
        config.put("embd_pdrop", spec.get(DROPOUT));
        config.put("attn_pdrop", 0.0);
        return Optional.of(config);
    }
}
