package io.fluxo.experiments.task;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.StrictUtf8;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/**
 * A text as token ids, one per character (Unicode code point), ids in the order of the characters. One byte per character up to 256 distinct
 * ones, two beyond.
 */
public final class TokenText {

    /** Largest corpus, in bytes. */
    static final long MAX_BYTES = 512L << 20;

    private static final int MAX_SYMBOLS = 1 << 16;

    private final String name;
    private final int[] alphabet;
    private final int[] counts;
    private final byte[] narrow;
    private final char[] wide;
    private final int length;

    private TokenText(String name, int[] alphabet, int[] counts, byte[] narrow, char[] wide, int length) {
        this.name = name;
        this.alphabet = alphabet;
        this.counts = counts;
        this.narrow = narrow;
        this.wide = wide;
        this.length = length;
    }

    /** @throws BadInput if the stream is not UTF-8, is empty, or is too large */
    static TokenText read(InputStream in, String name, int expectedBytes) throws IOException {
        Collector collector = new Collector(name, expectedBytes);
        StrictUtf8.decode(in, name, MAX_BYTES, collector);
        return collector.finish();
    }

    /** What the text is called in a message. */
    public String name() {
        return name;
    }

    /** Characters. */
    public int length() {
        return length;
    }

    /** Distinct characters. */
    public int vocabulary() {
        return alphabet.length;
    }

    /** The character that each id stands for, in the order of the ids. */
    public List<String> symbols() {
        return Arrays.stream(alphabet).mapToObj(Character::toString).toList();
    }

    /** The id of the character at {@code position}, from 0. */
    public int id(int position) {
        return wide == null ? narrow[position] & 0xff : wide[position];
    }

    /** The entropy of how frequent the characters are, in nats. */
    public double unigramEntropy() {
        return Entropy.ofCounts(counts, length);
    }

    /** Numbers characters as they first appear, and renumbers them in order at the end: the text is read once. */
    private static final class Collector implements StrictUtf8.Sink {

        private final String name;
        private final char[] idOf = new char[Character.MAX_CODE_POINT + 1]; // provisional id + 1; 0 for a character not seen yet
        private int[] seen = new int[256];
        private int[] counts = new int[256];
        private int distinct;
        private byte[] narrow;
        private char[] wide;
        private int length;

        Collector(String name, int expectedBytes) {
            this.name = name;
            this.narrow = new byte[Math.max(1024, expectedBytes)];
        }

        @Override
        public void accept(char[] characters, int count) {
            ensureRoom(count);
            for (int i = 0; i < count; i++) {
                int point = characters[i];
                if (Character.isHighSurrogate(characters[i])) {
                    point = Character.toCodePoint(characters[i], characters[++i]);
                }
                int id = idOf[point] - 1;
                if (id < 0) {
                    id = number(point);
                }
                counts[id]++;
                if (wide == null) {
                    narrow[length++] = (byte) id;
                } else {
                    wide[length++] = (char) id;
                }
            }
        }

        private int number(int point) {
            if (distinct == MAX_SYMBOLS - 1) {
                throw new BadInput(Text.format("%s: more than %,d distinct characters", name, MAX_SYMBOLS - 1));
            }
            if (distinct == 256) {
                widen();
            }
            if (distinct == seen.length) {
                seen = Arrays.copyOf(seen, 2 * distinct);
                counts = Arrays.copyOf(counts, 2 * distinct);
            }
            seen[distinct] = point;
            idOf[point] = (char) ++distinct;
            return distinct - 1;
        }

        private void widen() {
            wide = new char[narrow.length];
            for (int i = 0; i < length; i++) {
                wide[i] = (char) (narrow[i] & 0xff);
            }
            narrow = null;
        }

        private void ensureRoom(int more) {
            int capacity = wide == null ? narrow.length : wide.length;
            if (length + more > capacity) {
                int larger = (int) Math.max(length + more, Math.min(MAX_BYTES, 2L * capacity));
                narrow = wide == null ? Arrays.copyOf(narrow, larger) : null;
                wide = wide == null ? null : Arrays.copyOf(wide, larger);
            }
        }

        TokenText finish() {
            if (length == 0) {
                throw new BadInput(name + ": the text is empty");
            }
            int[] alphabet = Arrays.copyOf(seen, distinct);
            Arrays.sort(alphabet);
            int[] orderedCounts = new int[distinct];
            char[] finalId = new char[distinct];
            for (int id = 0; id < distinct; id++) {
                int provisional = idOf[alphabet[id]] - 1;
                finalId[provisional] = (char) id;
                orderedCounts[id] = counts[provisional];
            }
            for (int i = 0; i < length; i++) {
                if (wide == null) {
                    narrow[i] = (byte) finalId[narrow[i] & 0xff];
                } else {
                    wide[i] = finalId[wide[i]];
                }
            }
            return new TokenText(name, alphabet, orderedCounts, narrow, wide, length);
        }
    }
}
