package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.tokenizer.Vocabulary.Spelling;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code tokenizer.json} says, as far as it is needed besides the library: the vocabulary, and whether it is one of characters.
 *
 * @param file what messages name
 */
record TokenizerJson(Path file, ObjectNode root) {

    static final String FILE = "tokenizer.json";

    /** The largest in use have 35 MB. */
    static final long LARGEST = 100_000_000;

    private static final String SPACE = "\u2581";

    static TokenizerJson read(Path file) {
        ObjectNode root = JsonText.read(file, LARGEST);
        root.putNull("truncation"); // what is too long is for the model to say
        root.putNull("padding");
        return new TokenizerJson(file, root);
    }

    private JsonNode model() {
        return root.path("model");
    }

    Vocabulary vocabulary(SpecialTokens special) {
        SortedMap<Integer, String> pieces = new TreeMap<>();
        switch (model().path("vocab")) {
            case ObjectNode vocabulary -> vocabulary.properties().forEach(entry -> add(pieces, entry.getKey(), entry.getValue()));
            case ArrayNode scored -> addScored(pieces, scored);
            case JsonNode other -> throw bad("model.vocab is %s; it must hold the tokens: {token: id, …} or [[token, score], …]", JsonText.shown(other));
        }
        addAdded(pieces);
        if (pieces.isEmpty()) {
            throw bad("model.vocab is empty; a tokenizer has tokens");
        }
        return new Vocabulary(pieces, spelling(root.path("decoder")), special.in(pieces));
    }

    private void add(SortedMap<Integer, String> pieces, String piece, JsonNode id) {
        String before = pieces.put(id("model.vocab: the id of " + JsonText.oneLine(piece), id), piece);
        if (before != null) {
            throw bad("model.vocab: %s and %s both have the id %s; each needs its own", JsonText.oneLine(before), JsonText.oneLine(piece), JsonText.shown(id));
        }
    }

    private void addScored(SortedMap<Integer, String> pieces, ArrayNode scored) {
        for (int id = 0; id < scored.size(); id++) {
            JsonNode entry = scored.get(id);
            if (!entry.isArray() || entry.size() != 2 || !entry.get(0).isString() || !entry.get(1).isNumber()) {
                throw bad("model.vocab: entry %d is %s; it must be [token, score]", id, JsonText.shown(entry));
            }
            pieces.put(id, entry.get(0).stringValue());
        }
    }

    private void addAdded(SortedMap<Integer, String> pieces) {
        addedTokens().forEach((content, id) -> pieces.put(id, content));
    }

    /** The tokens that are found before text is split, and their ids. */
    Map<String, Integer> addedTokens() {
        Map<String, Integer> tokens = new LinkedHashMap<>();
        for (JsonNode token : root.path("added_tokens")) {
            JsonNode content = token.path("content");
            if (!content.isString()) {
                throw bad("added_tokens: %s has no content; each needs its text and its id", JsonText.shown(token));
            }
            tokens.put(content.stringValue(), id("added_tokens: the id of " + JsonText.oneLine(content.stringValue()), token.path("id")));
        }
        return tokens;
    }

    private int id(String what, JsonNode id) {
        if (!id.isInt() || id.intValue() < 0 || id.intValue() == Integer.MAX_VALUE) {
            throw bad("%s is %s; it must be a number from 0 on", what, JsonText.shown(id));
        }
        return id.intValue();
    }

    /** How the decoder makes text of entries says how text is written in them. */
    private static Spelling spelling(JsonNode decoder) {
        return switch (decoder.path("type").asString("")) {
            case "ByteLevel" -> Spelling.BYTES;
            case "Metaspace" -> Spelling.SPACES;
            case "Replace" -> decoder.path("pattern").path("String").asString("").equals(SPACE) ? Spelling.SPACES : Spelling.PLAIN;
            case "Sequence" -> decoder.path("decoders").valueStream().map(TokenizerJson::spelling).filter(one -> one != Spelling.PLAIN).findFirst()
                    .orElse(Spelling.PLAIN);
            default -> Spelling.PLAIN;
        };
    }

    /** The form in which Fluxo writes characters, and no other: {@code io.fluxo.checkpoint.CharacterTokenizer}. */
    boolean isOfCharacters() {
        JsonNode split = root.path("pre_tokenizer");
        return model().path("type").asString("").equals("WordLevel")
                && split.path("type").asString("").equals("Split") && split.path("behavior").asString("").equals("Isolated")
                && split.path("invert").isBoolean() && !split.path("invert").booleanValue()
                && split.path("pattern").path("Regex").asString("").equals("[\\s\\S]")
                && root.path("decoder").path("type").asString("").equals("Fuse")
                && root.path("added_tokens").isEmpty() && absent("normalizer") && absent("post_processor")
                && model().path("vocab").propertyStream().map(Map.Entry::getKey).allMatch(TokenizerJson::isCharacter);
    }

    private boolean absent(String key) {
        return root.path(key).isNull() || root.path(key).isMissingNode();
    }

    private static boolean isCharacter(String piece) {
        return piece.codePointCount(0, piece.length()) == 1 && Character.getType(piece.codePointAt(0)) != Character.SURROGATE;
    }

    private BadInput bad(String what, Object... values) {
        return new BadInput(file + ": " + Text.format(what, values));
    }
}
