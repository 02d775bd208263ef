package io.fluxo.experiments.tokenizer;

import io.fluxo.text.Text;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a tokenizer's ids stand for.
 *
 * @param pieces   id → its entry in the vocabulary, as the file has it: {@code Ġworld}, {@code ▁world}, {@code ##ld}
 * @param spelling how text is written in the entries
 * @param special  the ids with a meaning of their own, as far as they are known
 */
public record Vocabulary(SortedMap<Integer, String> pieces, Spelling spelling, Map<Special, Integer> special) {

    /** How text is written in a vocabulary's entries. */
    public enum Spelling {
        /** As it is. */
        PLAIN,
        /** One character for each byte: {@link ByteAlphabet}. */
        BYTES,
        /** A space is ▁. */
        SPACES
    }

    private static final String SPACE = "\u2581";

    public Vocabulary {
        pieces = Collections.unmodifiableSortedMap(new TreeMap<>(pieces));
        special = Collections.unmodifiableMap(special.isEmpty() ? new EnumMap<>(Special.class) : new EnumMap<>(special));
    }

    /** One more than the largest id. */
    public int size() {
        return pieces.isEmpty() ? 0 : pieces.lastKey() + 1;
    }

    /** The vocabulary's entry of {@code id}; empty if it stands for nothing. */
    public Optional<String> piece(int id) {
        return Optional.ofNullable(pieces.get(id));
    }

    /** The id of a special token; empty where the model has none. */
    public OptionalInt special(Special which) {
        return special.containsKey(which) ? OptionalInt.of(special.get(which)) : OptionalInt.empty();
    }

    /** What {@code id} looks like in a table, on one line: its text, with line ends as {@code \n}, bytes that are no text as {@code <0xE2>}, and no text as {@code <id>}. */
    public String label(int id) {
        return piece(id).map(piece -> visible(text(piece))).orElse(Text.format("<%d>", id));
    }

    private String text(String piece) {
        return switch (spelling) {
            case PLAIN -> piece;
            case BYTES -> ByteAlphabet.text(piece).orElse(piece); // added tokens are written as they are
            case SPACES -> piece.replace(SPACE, " ");
        };
    }

    private static String visible(String text) {
        StringBuilder visible = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> visible.append("\\n");
                case '\r' -> visible.append("\\r");
                case '\t' -> visible.append("\\t");
                case 0x2028, 0x2029 -> visible.append(Text.format("\\u%04x", c));
                default -> visible.append(Character.isISOControl(c) ? Text.format("\\u%04x", c) : Character.toString(c));
            }
        });
        return visible.toString();
    }
}
