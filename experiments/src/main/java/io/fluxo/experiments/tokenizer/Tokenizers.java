package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the tokenizer of a model directory. */
public final class Tokenizers {

    private static final String SENTENCE_PIECE = "tokenizer.model";

    private Tokenizers() {}

    /**
     * The tokenizer that lies in {@code directory}, in the form in which most is said: {@code tokenizer.json}, else {@code vocab.json} with
     * {@code merges.txt}, else {@code vocab.txt}.
     *
     * @throws BadInput if there is none, or it cannot be used
     */
    public static Tokenizer open(Path directory) {
        SpecialTokens special = SpecialTokens.read(directory);
        TokenizerJson json = read(directory, special);
        Vocabulary vocabulary = json.vocabulary(special);
        if (json.isOfCharacters()) {
            return new CharacterTokens(json.file(), vocabulary);
        }
        return LibraryTokens.open(json, vocabulary);
    }

    /**
     * As {@link #open(Path)}, for a model with {@code dVocab} ids.
     *
     * @throws BadInput also if the tokenizer has more
     */
    public static Tokenizer open(Path directory, int dVocab) {
        Tokenizer tokenizer = open(directory);
        try {
            tokenizer.requireFit(dVocab);
            return tokenizer;
        } catch (BadInput another) {
            tokenizer.close();
            throw another;
        }
    }

    /** What lies there, in the form of {@code tokenizer.json}. */
    static TokenizerJson read(Path directory, SpecialTokens special) {
        if (Files.exists(directory.resolve(TokenizerJson.FILE))) {
            return TokenizerJson.read(directory.resolve(TokenizerJson.FILE));
        }
        boolean vocabulary = Files.exists(directory.resolve(Gpt2Files.VOCABULARY));
        boolean merges = Files.exists(directory.resolve(Gpt2Files.MERGES));
        if (vocabulary && merges) {
            return Gpt2Files.read(directory, special);
        }
        if (Files.exists(directory.resolve(BertFile.FILE))) {
            return BertFile.read(directory, special);
        }
        throw new BadInput(Text.format("%s: has no tokenizer: %s, or %s with %s, or %s%s", directory, TokenizerJson.FILE, Gpt2Files.VOCABULARY, Gpt2Files.MERGES,
                BertFile.FILE, instead(directory, vocabulary, merges)));
    }

    private static String instead(Path directory, boolean vocabulary, boolean merges) {
        if (vocabulary || merges) {
            return Text.format("; there is a %s, but no %s", vocabulary ? Gpt2Files.VOCABULARY : Gpt2Files.MERGES, vocabulary ? Gpt2Files.MERGES : Gpt2Files.VOCABULARY);
        }
        return Files.exists(directory.resolve(SENTENCE_PIECE))
                ? Text.format("; there is a %s of SentencePiece: save it as %s with Hugging Face's transformers", SENTENCE_PIECE, TokenizerJson.FILE) : "";
    }
}
