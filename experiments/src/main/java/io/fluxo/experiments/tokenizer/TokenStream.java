package io.fluxo.experiments.tokenizer;

import java.util.Arrays;

/**
 * Decodes ids one after the other. A token may hold a part of a character, or change how the next is written; what is handed out is final, and all of
 * it together is the text of all ids. For one thread.
 */
public final class TokenStream {

    private static final char REPLACEMENT = '\uFFFD';

    /** A character has at most four bytes in UTF-8: so many of them may wait for the last. */
    private static final int MOST_WAITING = 3;

    /** Bytes that are no text could go on for ever. */
    private static final int LONGEST_WINDOW = 64;

    private final Tokenizer tokenizer;
    private int[] window = {};
    private String shown = "";

    TokenStream(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** What is certain once {@code id} has come; empty if a character waits for its last bytes. */
    public String add(int id) {
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = id;
        String text = tokenizer.decode(window);
        String certain = text.substring(0, certain(text));
        String fresh = fresh(certain);
        if (certain.length() == text.length()) {
            narrow(id);
        }
        return fresh;
    }

    /** What waits: it is certain that no more ids come. */
    public String end() {
        String fresh = fresh(tokenizer.decode(window));
        window = new int[0];
        shown = "";
        return fresh;
    }

    private static int certain(String text) {
        int end = text.length();
        while (end > 0 && text.length() - end < MOST_WAITING && text.charAt(end - 1) == REPLACEMENT) {
            end--;
        }
        return end;
    }

    private String fresh(String text) {
        if (text.length() <= shown.length()) {
            return "";
        }
        String fresh = text.substring(shown.length());
        shown = text;
        return fresh;
    }

    /** Nothing waits, so the last id is enough to see how the next is written after it; unless it ends a character that begins before. */
    private void narrow(int last) {
        String alone = tokenizer.decode(last);
        if (alone.indexOf(REPLACEMENT) < 0 || window.length >= LONGEST_WINDOW) {
            window = new int[] {last};
            shown = alone;
        }
    }
}
