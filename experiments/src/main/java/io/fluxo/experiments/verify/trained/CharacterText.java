package io.fluxo.experiments.verify.trained;

import io.fluxo.experiments.task.Task;
import io.fluxo.random.RandomKey;
import io.fluxo.train.Examples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Predicting the next character of a text of which only the beginning is trained on: validation is on random windows of its last tenth, the same each time.
 *
 * @param symbols the text's characters, in the order of their code points
 * @param ids     the text
 * @param limit   characters that are trained on, from the first
 */
record CharacterText(List<String> symbols, int[] ids, int limit) implements Task {

    private static final RandomKey VALIDATION = RandomKey.of(7).split("validation");

    /** The first nine tenths of {@code file} for training. */
    static CharacterText of(Path file) {
        try {
            int[] text = Files.readString(file).codePoints().toArray();
            int[] known = Arrays.stream(text).distinct().sorted().toArray();
            int[] ids = Arrays.stream(text).map(point -> Arrays.binarySearch(known, point)).toArray();
            return new CharacterText(Arrays.stream(known).mapToObj(Character::toString).toList(), ids, kept(ids.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int kept(int length) {
        return length - length / 10;
    }

    /** The same text, of which only the first {@code characters} are trained on. */
    CharacterText upTo(int characters) {
        return new CharacterText(symbols, ids, characters);
    }

    @Override
    public int vocabulary() {
        return symbols.size();
    }

    @Override
    public OptionalDouble floor() {
        return OptionalDouble.empty();
    }

    @Override
    public OptionalDouble unigramEntropy() {
        return OptionalDouble.empty();
    }

    @Override
    public String describe() {
        return "the first " + limit + " characters of a text";
    }

    @Override
    public void require(int nCtx) {
        if (limit <= nCtx || ids.length / 10 <= nCtx) {
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
        return windows(VALIDATION.split(index), kept(ids.length), ids.length, rows, nCtx);
    }

    private Examples windows(RandomKey key, int from, int to, int rows, int nCtx) {
        int window = nCtx + 1;
        int[] all = new int[rows * window];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(ids, from + key.below(to - from - window + 1, row), all, row * window, window);
        }
        return Examples.successors(all, rows);
    }
}
