package io.fluxo.experiments.task;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.StrictUtf8;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Reads whitespace-separated token ids. */
final class TokenIds implements StrictUtf8.Sink {

    /** The largest id: a model has a row for each below it. */
    private static final int LARGEST = (1 << 20) - 1;

    private final String name;
    private final StringBuilder word = new StringBuilder();
    private int[] ids = new int[1024];
    private int count;
    private int line = 1;

    private TokenIds(String name) {
        this.name = name;
    }

    /** @throws BadInput that names the line of a word that is no id */
    static int[] read(InputStream in, String name) throws IOException {
        TokenIds reader = new TokenIds(name);
        StrictUtf8.decode(in, name, TokenText.MAX_BYTES, reader);
        reader.endWord();
        if (reader.count == 0) {
            throw new BadInput(name + ": holds no token ids");
        }
        return Arrays.copyOf(reader.ids, reader.count);
    }

    @Override
    public void accept(char[] characters, int length) {
        for (int i = 0; i < length; i++) {
            char character = characters[i];
            if (Character.isWhitespace(character)) {
                endWord();
                line += character == '\n' ? 1 : 0;
            } else if (word.length() < 20) {
                word.append(character);
            }
        }
    }

    /** A byte-order mark within a file, say, is nothing that a person sees. */
    private static String visible(String text) {
        return text.codePoints().mapToObj(point -> Character.getType(point) == Character.FORMAT || Character.isISOControl(point)
                ? Text.format("<U+%04X>", point) : Character.toString(point)).collect(Collectors.joining());
    }

    private void endWord() {
        if (word.isEmpty()) {
            return;
        }
        String text = word.toString();
        word.setLength(0);
        if (!text.matches("[0-9]{1,7}") || Integer.parseInt(text) > LARGEST) {
            throw new BadInput(Text.format("%s:%d: '%s' is no token id; ids are whole numbers from 0 to %,d, separated by spaces or lines", name, line,
                    visible(text), LARGEST));
        }
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = Integer.parseInt(text);
    }
}
