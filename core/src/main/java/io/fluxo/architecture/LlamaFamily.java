package io.fluxo.architecture;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.model.ModelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Llama (Touvron et al. 2023) and what is built like it: RMSNorm, rotary positions in halves, a gated network, keys and values shared by groups of heads,
 * weights stored [out in]. The others differ by biases, by norms of queries and keys, by where norms stand.
 */
enum LlamaFamily implements Architecture {

    LLAMA(preNorm()) {
        @Override
        ModelSpec differing(Config config, ModelSpec spec) {
            return spec.with(BIAS, config.truthOr("attention_bias", false)).with(MLP_BIAS, config.truthOr("mlp_bias", false) ? BiasKind.ALWAYS : BiasKind.NEVER);
        }

        @Override
        public Optional<Map<String, Object>> config(ModelSpec spec) {
            return Optional.of(written(spec));
        }
    },

    MISTRAL(preNorm()) {
        @Override
        ModelSpec differing(Config config, ModelSpec spec) {
            windows(config, spec, config.sizeOr("sliding_window", Integer.MAX_VALUE));
            return spec;
        }
    },

    /** Biases on queries, keys and values alone. */
    QWEN2(preNorm()) {
        @Override
        ModelSpec differing(Config config, ModelSpec spec) {
            qwenWindows(config, spec);
            return spec.with(QKV_BIAS, BiasKind.ALWAYS);
        }
    },

    /** Each head's queries and keys are normalised. */
    QWEN3(preNorm().same("blocks.*.attn.q_norm.w", "model.layers.*.self_attn.q_norm.weight").same("blocks.*.attn.k_norm.w", "model.layers.*.self_attn.k_norm.weight")) {
        @Override
        ModelSpec differing(Config config, ModelSpec spec) {
            qwenWindows(config, spec);
            BiasKind bias = config.truthOr("attention_bias", false) ? BiasKind.ALWAYS : BiasKind.NEVER;
            return spec.with(QKV_BIAS, bias).with(OUT_BIAS, bias).with(QK_NORM, true);
        }
    },

    /** A norm of what each sub-layer adds, and of all heads' queries and keys together. */
    OLMO2(common().same("blocks.*.ln1.w", "model.layers.*.post_attention_layernorm.weight")
            .same("blocks.*.ln2.w", "model.layers.*.post_feedforward_layernorm.weight")
            .same("blocks.*.attn.q_norm.w", "model.layers.*.self_attn.q_norm.weight")
            .same("blocks.*.attn.k_norm.w", "model.layers.*.self_attn.k_norm.weight")
            .same("ln_final.w", "model.norm.weight")) {
        @Override
        ModelSpec differing(Config config, ModelSpec spec) {
            BiasKind bias = config.truthOr("attention_bias", false) ? BiasKind.ALWAYS : BiasKind.NEVER;
            return spec.with(PLACEMENT, "res_post").with(QKV_BIAS, bias).with(OUT_BIAS, bias).with(QK_NORM, true).with(QK_NORM_WIDTH, QkNormWidth.ALL);
        }
    },

    /** Norms before and after each sub-layer, stored as differences from 1; bounded scores and logits; an embedding times √d_model. */
    GEMMA2(common().onePlus("blocks.*.ln1.w", "model.layers.*.input_layernorm.weight")
            .onePlus("blocks.*.ln1_post.w", "model.layers.*.post_attention_layernorm.weight")
            .onePlus("blocks.*.ln2.w", "model.layers.*.pre_feedforward_layernorm.weight")
            .onePlus("blocks.*.ln2_post.w", "model.layers.*.post_feedforward_layernorm.weight")
            .onePlus("ln_final.w", "model.norm.weight")) {
        @Override
        ModelSpec differing(Config config, ModelSpec spec) {
            windows(config, spec, config.size("sliding_window"));
            config.demand("use_bidirectional_attention", false);
            config.size("head_dim"); // here it does not follow from the width
            BiasKind bias = config.truthOr("attention_bias", false) ? BiasKind.ALWAYS : BiasKind.NEVER;
            return spec.with(PLACEMENT, "sandwich").with(QKV_BIAS, bias).with(OUT_BIAS, bias).with(EMBED_SCALE, Math.sqrt(spec.get(D_MODEL)))
                    .with(ATTN_SCALE, Math.sqrt(config.real("query_pre_attn_scalar"))).with(ATTN_SCORES_SOFT_CAP, config.realOr("attn_logit_softcapping", 0))
                    .with(OUTPUT_LOGITS_SOFT_CAP, config.realOr("final_logit_softcapping", 0));
        }

        @Override
        String activation(Config config) {
            if (config.has("hidden_activation")) {
                config.passOver(List.of("hidden_act")); // an older key, which hidden_activation replaces
            }
            return KnownKeys.gated(config, config.has("hidden_activation") ? "hidden_activation" : "hidden_act");
        }

        @Override
        boolean tied(Config config) {
            return config.truthOr("tie_word_embeddings", true);
        }
    };

    private final Layout layout;

    LlamaFamily(Layout layout) {
        this.layout = layout;
    }

    /** What all of them have under the same names. */
    private static Layout common() {
        return Layout.of("model.")
                .same("W_E", "model.embed_tokens.weight")
                .turned("blocks.*.attn.W_Q", "model.layers.*.self_attn.q_proj.weight").same("blocks.*.attn.b_Q", "model.layers.*.self_attn.q_proj.bias")
                .turned("blocks.*.attn.W_K", "model.layers.*.self_attn.k_proj.weight").same("blocks.*.attn.b_K", "model.layers.*.self_attn.k_proj.bias")
                .turned("blocks.*.attn.W_V", "model.layers.*.self_attn.v_proj.weight").same("blocks.*.attn.b_V", "model.layers.*.self_attn.v_proj.bias")
                .turned("blocks.*.attn.W_O", "model.layers.*.self_attn.o_proj.weight").same("blocks.*.attn.b_O", "model.layers.*.self_attn.o_proj.bias")
                .turned("blocks.*.mlp.W_gate", "model.layers.*.mlp.gate_proj.weight").same("blocks.*.mlp.b_gate", "model.layers.*.mlp.gate_proj.bias")
                .turned("blocks.*.mlp.W_in", "model.layers.*.mlp.up_proj.weight").same("blocks.*.mlp.b_in", "model.layers.*.mlp.up_proj.bias")
                .turned("blocks.*.mlp.W_out", "model.layers.*.mlp.down_proj.weight").same("blocks.*.mlp.b_out", "model.layers.*.mlp.down_proj.bias")
                .turned("W_U", "lm_head.weight")
                .repeating("lm_head.weight", "model.embed_tokens.weight")
                .without("(model\\.)?(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq"); // follows from rope_theta
    }

    private static Layout preNorm() {
        return common().same("blocks.*.ln1.w", "model.layers.*.input_layernorm.weight").same("blocks.*.ln2.w", "model.layers.*.post_attention_layernorm.weight")
                .same("ln_final.w", "model.norm.weight");
    }

    /** {@code spec} with what this member of the family has otherwise, read from {@code config}. */
    abstract ModelSpec differing(Config config, ModelSpec spec);

    String activation(Config config) {
        return KnownKeys.gated(config, "hidden_act");
    }

    boolean tied(Config config) {
        return config.truthOr("tie_word_embeddings", false);
    }

    @Override
    public final ModelSpec spec(Config config) {
        KnownKeys.common(config);
        RopeKeys rope = RopeKeys.read(config);
        int heads = config.size("num_attention_heads");
        ModelSpec spec = ModelSpec.DEFAULT.with(D_MODEL, config.size("hidden_size")).with(N_LAYERS, config.size("num_hidden_layers")).with(N_HEADS, heads)
                .with(N_KEY_VALUE_HEADS, config.sizeOr("num_key_value_heads", heads)).with(D_HEAD, config.sizeOr("head_dim", config.size("hidden_size") / heads))
                .with(D_MLP, config.size("intermediate_size")).with(N_CTX, config.size("max_position_embeddings")).with(D_VOCAB, config.size("vocab_size"))
                .with(ACT_FN, activation(config)).with(PLACEMENT, "pre").with(NORM, "rms_norm").with(NORM_AFFINE, true).with(NORM_EPS, config.real("rms_norm_eps"))
                .with(ROPE_THETA, rope.theta()).with(POSITIONS, rope.positions()).with(BIAS, false).with(TIED_HEAD, tied(config));
        return differing(config, spec);
    }

    @Override
    public final Layout layout(ModelSpec spec) {
        return layout;
    }

    /** A window that no sequence is longer than changes nothing; another is not computed here. */
    private static void windows(Config config, ModelSpec spec, int window) {
        List<?> types = layerTypes(config, spec);
        boolean somewhere = types.isEmpty() || types.contains("sliding_attention");
        if (somewhere && window < spec.get(N_CTX)) {
            throw new ConfigException("sliding_window " + window + " is smaller than max_position_embeddings " + spec.get(N_CTX)
                    + ": attention within a window is not computed here");
        }
    }

    private static void qwenWindows(Config config, ModelSpec spec) {
        config.passOver(List.of("max_window_layers")); // which layers have a window, where some have
        int window = config.sizeOr("sliding_window", Integer.MAX_VALUE);
        if (config.truthOr("use_sliding_window", false)) {
            windows(config, spec, window);
        } else if (layerTypes(config, spec).contains("sliding_attention")) {
            throw new ConfigException("layer_types has sliding_attention, and use_sliding_window is not true");
        }
    }

    /** How each layer attends, as far as the file says. */
    private static List<?> layerTypes(Config config, ModelSpec spec) {
        List<?> types = config.list("layer_types").orElse(List.of());
        types.forEach(type -> {
            if (!"full_attention".equals(type) && !"sliding_attention".equals(type)) {
                throw config.notComputed("layer_types", type, "full_attention, sliding_attention");
            }
        });
        if (!types.isEmpty() && types.size() != spec.get(N_LAYERS)) {
            throw new ConfigException("layer_types has " + types.size() + " entries for num_hidden_layers " + spec.get(N_LAYERS));
        }
        return types;
    }

    private static Map<String, Object> written(ModelSpec spec) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("vocab_size", spec.get(D_VOCAB));
        config.put("hidden_size", spec.get(D_MODEL));
        config.put("num_hidden_layers", spec.get(N_LAYERS));
        config.put("num_attention_heads", spec.get(N_HEADS).standard());
        config.put("num_key_value_heads", spec.layer(0).keyValueHeads());
        config.put("head_dim", spec.layer(0).headWidth());
        config.put("intermediate_size", spec.get(D_MLP).standard());
        config.put("max_position_embeddings", spec.get(N_CTX));
        config.put("hidden_act", KnownKeys.written(spec.get(ACT_FN).standard().name()));
        config.put("rms_norm_eps", spec.get(NORM_EPS).standard());
        config.put("attention_bias", spec.layer(0).qkvBias());
        config.put("mlp_bias", spec.layer(0).mlpBias());
        config.put("tie_word_embeddings", spec.get(TIED_HEAD));
        config.put("rope_parameters", RopeKeys.written(spec.get(ROPE_THETA).standard(), spec.get(POSITIONS)));
        config.put("attention_dropout", 0.0);
        return config;
    }
}
