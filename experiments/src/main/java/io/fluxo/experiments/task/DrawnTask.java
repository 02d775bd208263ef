package io.fluxo.experiments.task;

import io.fluxo.experiments.BadInput;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** A task whose sequences are drawn, and whose answers follow from what was shown: the least loss is 0, and validation is fresh draws. */
public abstract class DrawnTask implements Task {

    private static final int VALIDATION_BATCHES = 20;

    /** Answers that count for each place of the examination, at least. */
    static final int ANSWERS = 1024;

    private final RandomKey own;
    private final int answers;
    private final int longest;

    /**
     * @param name    splits the keys of validation and examination from those of other tasks
     * @param answers how many different answers there are, all equally frequent
     * @param longest positions of the longest sequence
     */
    protected DrawnTask(String name, int answers, int longest) {
        this.own = RandomKey.of(0).split(name);
        this.answers = answers;
        this.longest = longest;
    }

    /** {@code rows} sequences drawn from {@code key} alone. */
    protected abstract Examples draw(RandomKey key, int rows, int nCtx);

    /** The stream of the examination, which no training draws from. */
    protected final RandomKey examKey() {
        return own.split("exam");
    }

    @Override
    public final Examples batch(RandomKey key, long step, int rows, int nCtx) {
        return draw(key.split(step), rows, nCtx);
    }

    @Override
    public final int validationBatches(int rows, int nCtx) {
        return VALIDATION_BATCHES;
    }

    @Override
    public final Examples validationBatch(int index, int rows, int nCtx) {
        return draw(own.split("validation").split(index), rows, nCtx);
    }

    @Override
    public final OptionalDouble floor() {
        return OptionalDouble.of(0);
    }

    /** Of the answers, not of what is shown. */
    @Override
    public final OptionalDouble unigramEntropy() {
        return OptionalDouble.of(StrictMath.log(answers));
    }

    @Override
    public final void require(int nCtx) {
        if (nCtx < longest) {
            throw new BadInput(Text.format("%s: n_ctx must be at least %d to hold a sequence, not %d", describe(), longest, nCtx));
        }
    }

    /** An examination in one thing: {@code papers} papers of {@code rows} sequences. */
    protected final Exam exam(String axis, int at, int papers, int rows, int nCtx) {
        return new Exam(axis, List.of((double) at), papers, index -> {
            Examples examples = draw(examKey().split(index), rows, nCtx);
            return new Exam.Paper(examples, new int[examples.targets().length]);
        });
    }

    /** {@code count} different numbers below {@code bound}, in random order (Fisher and Yates 1938, in Durstenfeld's form). */
    static int[] choose(RandomKey key, int bound, int count) {
        int[] numbers = IntStream.range(0, bound).toArray();
        for (int i = 0; i < count; i++) {
            int other = i + key.below(bound - i, i);
            int number = numbers[other];
            numbers[other] = numbers[i];
            numbers[i] = number;
        }
        return Arrays.copyOf(numbers, count);
    }
}
