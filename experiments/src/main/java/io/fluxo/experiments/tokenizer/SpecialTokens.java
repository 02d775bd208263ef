package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which tokens have a meaning of their own, as the files beside a tokenizer say it: by name in {@code tokenizer_config.json} and, in older models,
 * {@code special_tokens_map.json}, by id in {@code config.json}. What none of them says is the token with a customary name, if there is one.
 */
record SpecialTokens(Map<Special, String> names, Map<Special, Integer> ids) {

    static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final String SPECIAL_TOKENS_MAP = "special_tokens_map.json";
    private static final String CONFIG = "config.json";
    private static final long LARGEST = 16_000_000;

    /** What the files in {@code directory} say. */
    static SpecialTokens read(Path directory) {
        Map<Special, String> names = new EnumMap<>(Special.class);
        for (String file : new String[] {SPECIAL_TOKENS_MAP, TOKENIZER_CONFIG}) { // the latter counts
            addNames(directory.resolve(file), optional(directory, file), names);
        }
        Map<Special, Integer> ids = new EnumMap<>(Special.class);
        ObjectNode config = optional(directory, CONFIG);
        for (Special special : Special.values()) {
            JsonNode id = config.path(special.key() + "_id");
            JsonNode first = id.isArray() ? id.path(0) : id; // a model may end in several ways
            if (first.isInt()) {
                ids.put(special, first.intValue());
            }
        }
        return new SpecialTokens(names, ids);
    }

    /** The object in a file that need not be there. */
    static ObjectNode optional(Path directory, String name) {
        Path file = directory.resolve(name);
        return Files.exists(file) ? JsonText.read(file, LARGEST) : JsonNodeFactory.instance.objectNode();
    }

    private static void addNames(Path file, ObjectNode object, Map<Special, String> names) {
        for (Special special : Special.values()) {
            JsonNode value = object.path(special.key());
            JsonNode name = value.isObject() ? value.path("content") : value;
            if (name.isString()) {
                names.put(special, name.stringValue());
            } else if (!name.isNull() && !value.isMissingNode()) {
                throw new BadInput(Text.format("%s: %s is %s; it must be a token's text", file, special.key(), JsonText.shown(value)));
            }
        }
    }

    /** The name of {@code special}, or what is {@code customary} there. */
    String name(Special special, String customary) {
        return names.getOrDefault(special, customary);
    }

    /** Their ids in a vocabulary. */
    Map<Special, Integer> in(SortedMap<Integer, String> pieces) {
        Map<String, Integer> byPiece = new HashMap<>();
        pieces.forEach((id, piece) -> byPiece.put(piece, id));
        Map<Special, Integer> found = new EnumMap<>(Special.class);
        for (Special special : Special.values()) {
            Optional<Integer> id = Optional.ofNullable(names.get(special)).map(byPiece::get)
                    .or(() -> Optional.ofNullable(ids.get(special)).filter(pieces::containsKey))
                    .or(() -> first(special.customary(), byPiece));
            id.ifPresent(known -> found.put(special, known));
        }
        return found;
    }

    private static Optional<Integer> first(Collection<String> names, Map<String, Integer> ids) {
        return names.stream().filter(ids::containsKey).findFirst().map(ids::get);
    }
}
