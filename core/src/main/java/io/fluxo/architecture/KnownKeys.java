package io.fluxo.architecture;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What every config.json of Hugging Face's may say: keys without influence on what a model computes from its ids, and activations. */
final class KnownKeys {

    /** Who wrote the file, with what, and in which type. */
    private static final List<String> ORIGIN = List.of("model_type", "architectures", "transformers_version", "_name_or_path", "name_or_path", "torch_dtype", "dtype",
            "auto_map", "tokenizer_class", "task_specific_params", "finetuning_task", "language", "license", "_commit_hash");

    /** Special ids and generation: which ids go in and come out, not what is computed from them. */
    private static final List<String> IDS = List.of("bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "cls_token_id", "mask_token_id",
            "unk_token_id", "decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id", "use_cache", "max_length", "min_length", "do_sample",
            "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty",
            "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "suppress_tokens",
            "begin_suppress_tokens", "exponential_decay_length_penalty", "remove_invalid_values", "prefix");

    /** What is returned besides the logits, and other tasks' heads. */
    private static final List<String> OUTPUTS = List.of("output_attentions", "output_hidden_states", "output_scores", "return_dict", "return_dict_in_generate",
            "id2label", "label2id", "num_labels", "problem_type", "summary_type", "summary_use_proj", "summary_activation", "summary_first_dropout",
            "summary_proj_to_labels", "classifier_dropout", "classifier_bias");

    /** How it is trained and executed: dropout acts in training alone, and a study says its own. */
    private static final List<String> EXECUTION = List.of("initializer_range", "gradient_checkpointing", "attn_implementation", "_attn_implementation",
            "_attn_implementation_autoset", "torchscript", "use_bfloat16", "tf_legacy_loss", "chunk_size_feed_forward", "pretraining_tp",
            "reorder_and_upcast_attn", "attn_pdrop", "embd_pdrop", "resid_pdrop", "attention_dropout", "hidden_dropout_prob", "attention_probs_dropout_prob",
            "cache_implementation");

    private static final Set<String> WITHOUT_INFLUENCE = Stream.of(ORIGIN, IDS, OUTPUTS, EXECUTION).flatMap(List::stream).collect(Collectors.toUnmodifiableSet());

    /** Hugging Face's names of activations → Fluxo's. */
    private static final Map<String, String> PLAIN = Map.of("relu", "relu", "gelu", "gelu", "gelu_python", "gelu", "gelu_new", "gelu_tanh", "gelu_fast", "gelu_tanh",
            "gelu_pytorch_tanh", "gelu_tanh", "silu", "silu", "swish", "silu");

    /** The same where a network is gated. */
    private static final Map<String, String> GATED = Map.of("relu", "reglu", "gelu", "geglu", "gelu_python", "geglu", "gelu_new", "geglu_tanh", "gelu_fast",
            "geglu_tanh", "gelu_pytorch_tanh", "geglu_tanh", "silu", "swiglu", "swish", "swiglu");

    private KnownKeys() {}

    /** Passes over what every file may say, and refuses what no architecture here computes. */
    static void common(Config config) {
        config.passOver(WITHOUT_INFLUENCE);
        config.demand("is_decoder", false);
        config.demand("is_encoder_decoder", false);
        config.demand("add_cross_attention", false);
        config.demand("cross_attention_hidden_size", "none");
        config.demand("tie_encoder_decoder", false);
        config.demand("pruned_heads", Map.of());
    }

    static String activation(Config config, String key) {
        return named(config, key, PLAIN);
    }

    static String gated(Config config, String key) {
        return named(config, key, GATED);
    }

    private static String named(Config config, String key, Map<String, String> names) {
        String name = config.text(key);
        if (!names.containsKey(name)) {
            throw config.notComputed(key, name, String.join(", ", names.keySet().stream().sorted().toList()));
        }
        return names.get(name);
    }

    /** Hugging Face's name of {@code actFn}, plain or gated; its own name where it has none, which reading back refuses. */
    static String written(String actFn) {
        return switch (actFn) {
            case "gelu_tanh" -> "gelu_new";
            case "geglu_tanh" -> "gelu_pytorch_tanh";
            case "geglu" -> "gelu";
            case "reglu" -> "relu";
            case "swiglu" -> "silu";
            default -> actFn;
        };
    }
}
