package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** Each character is a token, as in the models that Fluxo trains on characters. */
final class CharacterTokens implements Tokenizer {

    private final Path file;
    private final Vocabulary vocabulary;
    private final Map<String, Integer> ids;

    CharacterTokens(Path file, Vocabulary vocabulary) {
        this.file = file;
        this.vocabulary = vocabulary;
        this.ids = vocabulary.pieces().entrySet().stream().collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));
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
        return text.codePoints().map(this::id).toArray();
    }

    private int id(int character) {
        Integer id = ids.get(Character.toString(character));
        if (id == null) {
            throw new BadInput(Text.format("%s: the character '%s' (U+%04X) is none of the %d that the model knows", file,
                    Character.isISOControl(character) || Character.getType(character) == Character.SURROGATE ? "\uFFFD" : Character.toString(character), character,
                    ids.size()));
        }
        return id;
    }

    @Override
    public int[] encodeBare(String text) {
        return encode(text); // nothing is put around a text
    }

    @Override
    public String decode(int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(vocabulary.piece(id).orElse(""));
        }
        return text.toString();
    }

    @Override
    public void close() {
        // nothing is held
    }
}
