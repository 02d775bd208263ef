package io.fluxo.experiments.task;

import io.fluxo.experiments.BadInput;
import io.fluxo.random.RandomKey;
import java.util.List;
import java.util.OptionalDouble;

/** Predicting the next character of a text: random windows, the last tenth of the text kept for validation where validation is asked for. */
final class CharLm implements Task {

    /** Most validation batches: enough for two digits, cheap enough to run often. */
    private static final int MAX_VALIDATION_BATCHES = 20;

    private final TokenText text;
    private final boolean holdOut;

    /** Where training ends and validation begins. */
    private final int border;

    CharLm(TokenText text, boolean holdOut) {
        this.text = text;
        this.holdOut = holdOut;
        this.border = holdOut ? text.length() - text.length() / 10 : text.length();
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
        return "characters of %s: %,d of them, %d distinct, unigram entropy %.3f nats"
                .formatted(text.name(), text.length(), text.vocabulary(), text.unigramEntropy());
    }

    @Override
    public void require(int window) {
        int needed = holdOut ? 10 * window : window; // a tenth must hold a window too
        if (text.length() < needed) {
            throw new BadInput("%s: the text has %,d characters; %,d are needed for windows of n_ctx + 1 = %,d%s".formatted(text.name(), text.length(),
                    needed, window, holdOut ? ", with a tenth kept for validation (training.eval_every)" : ""));
        }
    }

    @Override
    public int[] batch(RandomKey key, long step, int batch, int window) {
        RandomKey draws = key.split(step);
        int[] ids = new int[batch * window];
        for (int row = 0; row < batch; row++) {
            copy(draws.below(border - window + 1, row), window, ids, row);
        }
        return ids;
    }

    @Override
    public int validationBatches(int batch, int window) {
        int windows = (text.length() - border) / window;
        return windows == 0 ? 0 : Math.clamp(windows / batch, 1, MAX_VALIDATION_BATCHES);
    }

    /** Windows that lie evenly over the text kept back. */
    @Override
    public int[] validationBatch(int index, int batch, int window) {
        long windows = (long) validationBatches(batch, window) * batch;
        long lastStart = text.length() - border - window;
        int[] ids = new int[batch * window];
        for (int row = 0; row < batch; row++) {
            long number = (long) index * batch + row;
            copy(border + (int) (lastStart * number / Math.max(1, windows - 1)), window, ids, row);
        }
        return ids;
    }

    private void copy(int start, int window, int[] ids, int row) {
        for (int i = 0; i < window; i++) {
            ids[row * window + i] = text.id(start + i);
        }
    }
}
