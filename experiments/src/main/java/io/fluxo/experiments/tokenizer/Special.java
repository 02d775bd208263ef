package io.fluxo.experiments.tokenizer;

import java.util.List;

/** Tokens with a meaning of their own. */
public enum Special {
    BOS("bos_token", "<s>", "<bos>", "<|begin_of_text|>", "<|endoftext|>"),
    EOS("eos_token", "</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>"),
    UNK("unk_token", "<unk>", "[UNK]"),
    PAD("pad_token", "<pad>", "[PAD]"),
    MASK("mask_token", "<mask>", "[MASK]"),
    CLS("cls_token", "[CLS]"),
    SEP("sep_token", "[SEP]");

    private final String key;
    private final List<String> customary;

    Special(String key, String... customary) {
        this.key = key;
        this.customary = List.of(customary);
    }

    /** What it is called in {@code tokenizer_config.json} and {@code special_tokens_map.json}. */
    String key() {
        return key;
    }

    /** What it is where no file says so. */
    List<String> customary() {
        return customary;
    }
}
