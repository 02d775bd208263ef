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
    private static final int LONGEST = 64;

    private final Tokenizer tokenizer;

    /** Up to here all is shown: the last id that is text by itself. It is decoded with what follows, whose first space may depend on it. */
    private int[] anchor = {};
    private int[] since = {};
    /** How much of the text of both is shown. */
    private int shown;

    TokenStream(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** What is certain once {@code id} has come; empty if a character waits for its last bytes. */
    public String add(int id) {
        since = with(since, id);
        String text = text();
        int certain = since.length < LONGEST ? certain(text) : text.length();
        String fresh = text.substring(Math.min(shown, certain), certain);
        shown = Math.max(shown, certain);
        if (certain == text.length()) {
            settle(id);
        }
        return fresh;
    }

    /** What waits: it is certain when no more ids come. */
    public String end() {
        String text = text();
        String fresh = text.substring(Math.min(shown, text.length()));
        anchor = new int[0];
        since = new int[0];
        shown = 0;
        return fresh;
    }

    private String text() {
        int[] ids = Arrays.copyOf(anchor, anchor.length + since.length);
        System.arraycopy(since, 0, ids, anchor.length, since.length);
        return tokenizer.decode(ids);
    }

    private static int certain(String text) {
        int end = text.length();
        while (end > 0 && text.length() - end < MOST_WAITING && text.charAt(end - 1) == REPLACEMENT) {
            end--;
        }
        return end;
    }

    /** All is shown, so it need not be decoded again. An id that is no text by itself has ended a character, and can be no anchor. */
    private void settle(int last) {
        String alone = tokenizer.decode(last);
        if (alone.indexOf(REPLACEMENT) < 0 || since.length >= LONGEST) {
            anchor = new int[] {last};
        }
        if (anchor.length > 0) {
            since = new int[0];
            shown = text().length();
        }
    }

    private static int[] with(int[] ids, int id) {
        int[] more = Arrays.copyOf(ids, ids.length + 1);
        more[ids.length] = id;
        return more;
    }
}
