package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.tokenizer.library.LibraryException;
import io.fluxo.experiments.tokenizer.library.LibraryProcess;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;

/** A tokenizer of any other kind: Hugging Face's library does the work. */
final class LibraryTokens implements Tokenizer {

    private static final String ENCODE = "finds no ids for the text";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** GPT-2's tokenizer, of 1.3 million characters, takes 80 MB in all; one of 29 million 520 MB. */
    private static final long LEAST_MEMORY = 512L << 20;
    private static final long MEMORY_BY_CHARACTER = 30;

    private final Path file;
    private final Vocabulary vocabulary;
    private final LibraryProcess library;

    private LibraryTokens(Path file, Vocabulary vocabulary, LibraryProcess library) {
        this.file = file;
        this.vocabulary = vocabulary;
        this.library = library;
    }

    static LibraryTokens open(TokenizerJson json, Vocabulary vocabulary) {
        LibraryProcess library = start(json.file(), LEAST_MEMORY + MEMORY_BY_CHARACTER * json.root().toString().length());
        try {
            return open(json, vocabulary, library);
        } catch (BadInput unusable) {
            library.close();
            throw unusable;
        }
    }

    /** As above, with a process that another tokenizer has used and needs no more. */
    static LibraryTokens open(TokenizerJson json, Vocabulary vocabulary, LibraryProcess library) {
        LibraryTokens tokens = new LibraryTokens(json.file(), vocabulary, library);
        tokens.ask("cannot read it", () -> {
            library.open(json.root().toString());
            return null;
        });
        json.addedTokens().forEach(tokens::checkId);
        return tokens;
    }

    private static LibraryProcess start(Path file, long memory) {
        try {
            return LibraryProcess.start(memory, PATIENCE);
        } catch (LibraryException failure) {
            throw new BadInput(Text.format("%s: Hugging Face's library is needed for it: %s", file, failure.getMessage()), failure);
        }
    }

    /** Where an added token is not in the model's vocabulary, the library gives it the next free id, whatever its file says. */
    private void checkId(String token, int id) {
        int[] found = encodeBare(token);
        if (found.length == 1 && found[0] != id) {
            throw new BadInput(Text.format("%s: added_tokens: %s has the id %d here, but Hugging Face's library gives it %d: those that are not in model.vocab must follow "
                    + "its ids, in their order", file, JsonText.oneLine(token), id, found[0]));
        }
    }

    private <T> T ask(String what, Supplier<T> request) {
        try {
            return request.get();
        } catch (LibraryException refused) {
            throw new BadInput(Text.format("%s: Hugging Face's library %s: %s", file, what, JsonText.oneLine(refused.getMessage())), refused);
        }
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public int[] encode(String text) {
        return ask(ENCODE, () -> library.encode(text, true));
    }

    @Override
    public int[] encodeBare(String text) {
        return ask(ENCODE, () -> library.encode(text, false));
    }

    @Override
    public String decode(int... ids) {
        int[] known = Arrays.stream(ids).filter(vocabulary.pieces()::containsKey).toArray();
        return ask("cannot make text of the ids", () -> library.decode(known));
    }

    @Override
    public void close() {
        library.close();
    }
}
