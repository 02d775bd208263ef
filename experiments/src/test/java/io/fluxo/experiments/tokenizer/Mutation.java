package io.fluxo.experiments.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Changes a file at random: bytes, pieces, and values for which a reader may not be prepared. */
final class Mutation {

    private static final Pattern VALUE = Pattern.compile("\"(?:[^\"\\\\]++|\\\\.)*+\"|-?[0-9][0-9.eE+-]*|true|false|null|\\{\\}|\\[\\]");
    private static final String SIGNS = "{}[]\",: \n\\0";
    private static final List<String> VALUES = List.of("0", "-1", "1", "2", "7", "255", "2147483647", "4294967295", "4294967296", "9223372036854775808", "0.5", "-0.0", "1e308", "1e999",
            "NaN", "null", "true", "false", "\"\"", "\" \"", "\"a\"", "\"\\u0000\"", "\"\\ud800\"", "\"\u00e9\"", "\"\ud83d\ude00\"", "\"(\"", "\"(a*)*$\"", "\"[\\\\s\\\\S]{100000}\"",
            "[]", "{}", "[[]]", "{\"a\": {}}", "\"BPE\"", "\"Unigram\"", "\"ByteLevel\"", "\"Sequence\"", "\"Metaspace\"", "[".repeat(60) + "]".repeat(60), "\"" + "x".repeat(5000) + "\"");

    private final Random random;

    Mutation(long seed) {
        this.random = new Random(seed);
    }

    /** {@code bytes} with one to three changes. */
    byte[] of(byte[] bytes) {
        byte[] changed = bytes;
        for (int i = Math.max(1, random.nextInt(4)); i > 0; i--) {
            changed = random.nextInt(4) == 0 ? piece(changed) : value(changed);
        }
        return changed;
    }

    /** Another value, mostly of the same type, often one that stands elsewhere in the file. */
    private byte[] value(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        List<MatchResult> places = VALUE.matcher(text).results().toList();
        if (places.isEmpty()) {
            return piece(bytes);
        }
        MatchResult place = places.get(random.nextInt(places.size()));
        List<String> others = random.nextInt(3) == 0 ? places.stream().map(MatchResult::group).toList() : VALUES;
        if (random.nextInt(6) > 0) {
            others = others.stream().filter(other -> type(other) == type(place.group())).toList();
        }
        String other = others.isEmpty() ? "null" : others.get(random.nextInt(others.size()));
        return (text.substring(0, place.start()) + other + text.substring(place.end())).getBytes(StandardCharsets.UTF_8);
    }

    private static char type(String value) {
        char first = value.charAt(0);
        return Character.isDigit(first) || first == '-' ? '0' : first == 'f' ? 't' : first;
    }

    private byte[] piece(byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(random.nextInt(3) == 0 ? 200 : 4));
        byte[] middle = Arrays.copyOfRange(bytes, from, to);
        switch (random.nextInt(7)) {
            case 0 -> middle[0] ^= (byte) (1 << random.nextInt(8));
            case 1 -> random.nextBytes(middle);
            case 2 -> middle = new byte[0];
            case 3 -> middle = joined(middle, middle);
            case 4 -> middle = new byte[] {(byte) SIGNS.charAt(random.nextInt(SIGNS.length()))};
            case 5 -> {
                return Arrays.copyOf(bytes, from);
            }
            default -> {
                int other = random.nextInt(bytes.length);
                middle = joined(middle, Arrays.copyOfRange(bytes, other, Math.min(bytes.length, other + 30)));
            }
        }
        return joined(joined(Arrays.copyOf(bytes, from), middle), Arrays.copyOfRange(bytes, to, bytes.length));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
