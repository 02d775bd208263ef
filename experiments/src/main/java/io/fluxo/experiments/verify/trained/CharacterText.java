package io.fluxo.experiments.verify.trained;

import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.task.TokenText;
import io.fluxo.random.RandomKey;
import io.fluxo.train.Examples;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Predicting the next character of a text of which only the beginning is trained on: validation is on random windows of its last tenth, the same each time.
 *
 * @param limit characters that are trained on, from the first
 */
record CharacterText(TokenText text, int limit) implements Task {

    private static final RandomKey VALIDATION = RandomKey.of(7).split("validation");

    /** The first nine tenths of {@code text} for training. */
    static CharacterText of(TokenText text) {
        return new CharacterText(text, kept(text.length()));
    }

    private static int kept(int length) {
        return length - length / 10;
    }

    /** The same text, of which only the first {@code characters} are trained on. */
    CharacterText upTo(int characters) {
        return new CharacterText(text, characters);
    }

    @Override
    public int vocabulary() {
        return text.vocabulary();
    }

    @Override
    public List<String> symbols() {
        return text.symbols();
    }

    @Override
    public OptionalDouble floor() {
        return OptionalDouble.empty();
    }

    @Override
    public OptionalDouble unigramEntropy() {
        return OptionalDouble.of(text.unigramEntropy());
    }

    @Override
    public String describe() {
        return "the first " + limit + " characters of " + text.name();
    }

    @Override
    public void require(int nCtx) {
        if (limit <= nCtx || text.length() / 10 <= nCtx) {
            throw new IllegalArgumentException("the text is too short");
        }
    }

    @Override
    public Examples batch(RandomKey key, long step, int rows, int nCtx) {
        return windows(key.split(step), 0, limit, rows, nCtx);
    }

    @Override
    public int validationBatches(int rows, int nCtx) {
        return Integer.MAX_VALUE;
    }

    @Override
    public Examples validationBatch(int index, int rows, int nCtx) {
        return windows(VALIDATION.split(index), kept(text.length()), text.length(), rows, nCtx);
    }

    private Examples windows(RandomKey key, int from, int to, int rows, int nCtx) {
        int window = nCtx + 1;
        int[] all = new int[rows * window];
        for (int row = 0; row < rows; row++) {
            int start = from + key.below(to - from - window + 1, row);
            for (int i = 0; i < window; i++) {
                all[row * window + i] = text.id(start + i);
            }
        }
        return Examples.successors(all, rows);
    }
}
