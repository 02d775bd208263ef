package io.fluxo.architecture;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.model.ModelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * BERT (Devlin et al. 2019) with its head for masked tokens: post-norm, every token sees every other, a norm of the embedding, weights stored [out in]. Pooler
 * and next-sentence head, which some files have, are passed over.
 */
final class Bert implements Architecture {

    private static final String LAYER = "bert.encoder.layer.*.";

    private static final Layout COMMON = Layout.of("bert.")
            .same("W_E", "bert.embeddings.word_embeddings.weight")
            .same("W_pos", "bert.embeddings.position_embeddings.weight")
            .same("W_token_type", "bert.embeddings.token_type_embeddings.weight")
            .same("embed.ln.w", "bert.embeddings.LayerNorm.weight")
            .same("embed.ln.b", "bert.embeddings.LayerNorm.bias")
            .turned("blocks.*.attn.W_Q", LAYER + "attention.self.query.weight").same("blocks.*.attn.b_Q", LAYER + "attention.self.query.bias")
            .turned("blocks.*.attn.W_K", LAYER + "attention.self.key.weight").same("blocks.*.attn.b_K", LAYER + "attention.self.key.bias")
            .turned("blocks.*.attn.W_V", LAYER + "attention.self.value.weight").same("blocks.*.attn.b_V", LAYER + "attention.self.value.bias")
            .turned("blocks.*.attn.W_O", LAYER + "attention.output.dense.weight").same("blocks.*.attn.b_O", LAYER + "attention.output.dense.bias")
            .same("blocks.*.ln1.w", LAYER + "attention.output.LayerNorm.weight").same("blocks.*.ln1.b", LAYER + "attention.output.LayerNorm.bias")
            .turned("blocks.*.mlp.W_in", LAYER + "intermediate.dense.weight").same("blocks.*.mlp.b_in", LAYER + "intermediate.dense.bias")
            .turned("blocks.*.mlp.W_out", LAYER + "output.dense.weight").same("blocks.*.mlp.b_out", LAYER + "output.dense.bias")
            .same("blocks.*.ln2.w", LAYER + "output.LayerNorm.weight").same("blocks.*.ln2.b", LAYER + "output.LayerNorm.bias")
            .turned("mlm_head.W_dense", "cls.predictions.transform.dense.weight").same("mlm_head.b_dense", "cls.predictions.transform.dense.bias")
            .same("mlm_head.ln.w", "cls.predictions.transform.LayerNorm.weight").same("mlm_head.ln.b", "cls.predictions.transform.LayerNorm.bias")
            .orEnding("LayerNorm.weight", "LayerNorm.gamma")
            .orEnding("LayerNorm.bias", "LayerNorm.beta")
            .without("(bert\\.)?embeddings\\.(position_ids|token_type_ids)") // 0, 1, 2 … and 0, 0, 0 …
            .without("(bert\\.)?pooler\\.dense\\.(weight|bias)") // what sentences are classified from
            .without("cls\\.seq_relationship\\.(weight|bias)");

    private static final Layout TIED = COMMON.same("b_U", "cls.predictions.bias")
            .repeating("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight")
            .repeating("cls.predictions.decoder.bias", "cls.predictions.bias");

    /** With a matrix of its own the head has a bias of its own too; the other is there, and nothing reads it. */
    private static final Layout OWN_HEAD = COMMON.turned("W_U", "cls.predictions.decoder.weight").same("b_U", "cls.predictions.decoder.bias")
            .without("cls\\.predictions\\.bias");

    @Override
    public ModelSpec spec(Config config) {
        KnownKeys.common(config);
        config.demand("position_embedding_type", "absolute");
        return ModelSpec.DEFAULT.with(D_MODEL, config.size("hidden_size")).with(N_LAYERS, config.size("num_hidden_layers"))
                .with(N_HEADS, config.size("num_attention_heads")).with(D_MLP, config.size("intermediate_size"))
                .with(N_CTX, config.size("max_position_embeddings")).with(D_VOCAB, config.size("vocab_size"))
                .with(ACT_FN, KnownKeys.activation(config, "hidden_act")).with(PLACEMENT, "post").with(NORM, "layer_norm").with(NORM_AFFINE, true)
                .with(NORM_EPS, config.real("layer_norm_eps")).with(MASK, MaskKind.BIDIRECTIONAL).with(POSITIONS, "learned").with(BIAS, true)
                .with(EMBED_NORM, true).with(N_TOKEN_TYPES, config.size("type_vocab_size")).with(MLM_HEAD, true).with(HEAD_BIAS, true)
                .with(TIED_HEAD, config.truthOr("tie_word_embeddings", true));
    }

    @Override
    public Layout layout(ModelSpec spec) {
        return spec.get(TIED_HEAD) ? TIED : OWN_HEAD;
    }

    @Override
    public Optional<Map<String, Object>> config(ModelSpec spec) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("BertForMaskedLM"));
        config.put("vocab_size", spec.get(D_VOCAB));
        config.put("hidden_size", spec.get(D_MODEL));
        config.put("num_hidden_layers", spec.get(N_LAYERS));
        config.put("num_attention_heads", spec.get(N_HEADS).standard());
        config.put("intermediate_size", spec.get(D_MLP).standard());
        config.put("max_position_embeddings", spec.get(N_CTX));
        config.put("type_vocab_size", Math.max(1, spec.get(N_TOKEN_TYPES)));
        config.put("hidden_act", KnownKeys.written(spec.get(ACT_FN).standard().name()));
        config.put("layer_norm_eps", spec.get(NORM_EPS).standard());
        config.put("tie_word_embeddings", spec.get(TIED_HEAD));
        config.put("hidden_dropout_prob", spec.get(DROPOUT));
        config.put("attention_probs_dropout_prob", 0.0);
        return Optional.of(config);
    }
}
