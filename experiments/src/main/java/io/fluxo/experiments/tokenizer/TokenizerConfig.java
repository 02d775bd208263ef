package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code tokenizer_config.json}, which completes the older files: these hold a vocabulary, and what else a tokenizer does follows from its class.
 * It need not be there.
 */
record TokenizerConfig(Path file, ObjectNode root) {

    private static final String CLASS = "tokenizer_class";
    private static final String ADDED = "added_tokens_decoder";

    /**
     * @param files   the files that it completes, for messages
     * @param classes the classes in Hugging Face's transformers that read them in the same way
     */
    static TokenizerConfig read(Path directory, String files, List<String> classes) {
        Path file = directory.resolve(SpecialTokens.TOKENIZER_CONFIG);
        Path added = directory.resolve("added_tokens.json");
        if (Files.exists(added)) {
            throw new BadInput(Text.format("%s: is not read beside %s; save the tokenizer as %s with Hugging Face's transformers", added, files, TokenizerJson.FILE));
        }
        ObjectNode root = SpecialTokens.optional(directory, SpecialTokens.TOKENIZER_CONFIG);
        JsonNode name = root.path(CLASS);
        String plain = name.asString("").replaceAll("Fast$", "");
        if (!name.isMissingNode() && !name.isNull() && !classes.contains(plain)) {
            throw new BadInput(Text.format("%s: %s is %s, but %s can only be read as that of %s; save the tokenizer as %s with Hugging Face's transformers", file, CLASS,
                    JsonText.shown(name), files, String.join(" or ", classes), TokenizerJson.FILE));
        }
        return new TokenizerConfig(file, root);
    }

    /** A switch; {@code otherwise} where it is not given. */
    boolean flag(String key, boolean otherwise) {
        JsonNode value = root.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw new BadInput(Text.format("%s: %s is %s; it must be true or false", file, key, JsonText.shown(value)));
        }
        return value.booleanValue();
    }

    /** Refuses a switch that changes what is not changed here. */
    void require(String key, boolean value) {
        if (flag(key, value) != value) {
            throw new BadInput(Text.format("%s: %s is %s, which is not supported; it must be %s", file, key, !value, value));
        }
    }

    /**
     * Writes the tokens that are found before text is split: those that it lists, and {@code special} ones of the vocabulary.
     *
     * @param ids the vocabulary
     */
    void writeAdded(ArrayNode into, List<String> special, Map<String, Integer> ids) {
        JsonNode listed = root.path(ADDED);
        for (Map.Entry<String, JsonNode> entry : listed.properties()) {
            if (!entry.getKey().matches("[0-9]{1,9}") || !entry.getValue().path("content").isString()) {
                throw new BadInput(Text.format("%s: %s: %s: %s; it must be the id of a token and what is said of it, with its content", file, ADDED,
                        JsonText.oneLine(entry.getKey()), JsonText.shown(entry.getValue())));
            }
            JsonNode token = entry.getValue();
            add(into, Integer.parseInt(entry.getKey()), token.path("content").stringValue(), token);
        }
        if (listed.isEmpty()) {
            special.stream().distinct().filter(ids::containsKey).forEach(token -> add(into, ids.get(token), token, MissingNode.getInstance()));
        }
    }

    private static void add(ArrayNode into, int id, String content, JsonNode properties) {
        into.addObject().put("id", id).put("content", content)
                .put("single_word", properties.path("single_word").asBoolean(false)).put("lstrip", properties.path("lstrip").asBoolean(false))
                .put("rstrip", properties.path("rstrip").asBoolean(false)).put("normalized", properties.path("normalized").asBoolean(false))
                .put("special", properties.path("special").asBoolean(true));
    }
}
