package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.nio.file.Path;

/** Turns text into a model's ids and ids into text. It may be used from several threads, and has to be closed. */
public sealed interface Tokenizer extends AutoCloseable permits CharacterTokens, LibraryTokens {

    /** The file that it was read from. */
    Path file();

    Vocabulary vocabulary();

    /**
     * The ids of {@code text} as its model reads it: with those that the tokenizer puts around a text, such as a beginning.
     *
     * @throws BadInput if there are characters in it that no id stands for
     */
    int[] encode(String text);

    /** The ids of {@code text} alone. */
    int[] encodeBare(String text);

    /**
     * The text of {@code ids}, with that of special tokens. What is no UTF-8 in it becomes U+FFFD; an id that stands for nothing has no text.
     */
    String decode(int... ids);

    /** Decodes ids one after the other, as they come. */
    default TokenStream stream() {
        return new TokenStream(this);
    }

    /**
     * A model may have more ids than its tokenizer: vocabularies are padded to round numbers. It cannot have fewer.
     *
     * @param dVocab how many ids the model has
     */
    default void requireFit(int dVocab) {
        if (vocabulary().size() > dVocab) {
            throw new BadInput(Text.format("%s: has the ids 0 … %d, but the model beside it has a vocabulary of %d: this is the tokenizer of another model", file(),
                    vocabulary().size() - 1, dVocab));
        }
    }

    @Override
    void close();
}
