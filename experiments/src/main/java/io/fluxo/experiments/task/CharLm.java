package io.fluxo.experiments.task;

import io.fluxo.experiments.BadInput;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Key;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Predicting the next character of a text: random windows, the last tenth of the text kept for validation where validation is asked for. */
final class CharLm implements Task {

    /** The next character of a text. */
    static final class Kind implements TaskKind {
        @Override
        public List<Key<?>> keys() {
            return List.of(TaskParts.CORPUS);
        }

        @Override
        public List<Violation> violations(TaskSpec spec) {
            return spec.get(TaskParts.CORPUS).isBlank()
                    ? List.of(new Violation("corpus", Text.format("corpus must be '%s' or the path of a UTF-8 text file", WordNet.NAME))) : List.of();
        }

        @Override
        public boolean showsAnswersLater(TaskSpec spec) {
            return true;
        }

        @Override
        public Task open(TaskSpec spec, boolean holdOut, TaskFiles files) {
            return new CharLm(files.text(spec.get(TaskParts.CORPUS)), holdOut);
        }
    }

    /** Most validation batches: enough for two digits, cheap enough to run often. */
    private static final int MAX_VALIDATION_BATCHES = 20;

    /** Windows of one paper of the examination, and papers: 2,048 answers at each position. */
    private static final int EXAM_ROWS = 32;
    private static final int EXAM_PAPERS = 64;

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
    public boolean readsCharacters() {
        return true;
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
        return Text.format("characters of %s: %,d of them, %d distinct, unigram entropy %.3f nats",
                text.name(), text.length(), text.vocabulary(), text.unigramEntropy());
    }

    @Override
    public void require(int nCtx) {
        int window = nCtx + 1;
        int needed = holdOut ? 10 * window : window; // a tenth must hold a window too
        if (text.length() < needed) {
            throw new BadInput(Text.format("%s: the text has %,d characters; %,d are needed for windows of n_ctx + 1 = %,d%s", text.name(), text.length(),
                    needed, window, holdOut ? ", with a tenth kept for validation (training.eval_every)" : ""));
        }
    }

    @Override
    public Examples batch(RandomKey key, long step, int rows, int nCtx) {
        RandomKey draws = key.split(step);
        int window = nCtx + 1;
        int[] ids = new int[rows * window];
        for (int row = 0; row < rows; row++) {
            copy(draws.below(border - window + 1, row), window, ids, row);
        }
        return Examples.successors(ids, rows);
    }

    @Override
    public int validationBatches(int rows, int nCtx) {
        int windows = (text.length() - border) / (nCtx + 1);
        return windows == 0 ? 0 : Math.clamp(windows / rows, 1, MAX_VALIDATION_BATCHES);
    }

    /** Windows that lie evenly over the text kept back. */
    @Override
    public Examples validationBatch(int index, int rows, int nCtx) {
        return kept(index, rows, validationBatches(rows, nCtx), nCtx + 1);
    }

    /** Rows {@code index · rows …} of {@code batches · rows} windows that lie evenly over the text kept back. */
    private Examples kept(int index, int rows, int batches, int window) {
        long windows = (long) batches * rows;
        long lastStart = text.length() - border - window;
        int[] ids = new int[rows * window];
        for (int row = 0; row < rows; row++) {
            long number = (long) index * rows + row;
            copy(border + (int) (lastStart * number / Math.max(1, windows - 1)), window, ids, row);
        }
        return Examples.successors(ids, rows);
    }

    /** The loss by position, on the text kept back: what more context is worth. */
    @Override
    public Exam exam(int nCtx) {
        if (!holdOut) {
            return Exam.NONE;
        }
        int papers = Math.clamp((text.length() - border) / (nCtx + 1) / EXAM_ROWS, 1, EXAM_PAPERS);
        return new Exam("position", IntStream.rangeClosed(1, nCtx).asDoubleStream().boxed().toList(), papers, index -> {
            Examples examples = kept(index, EXAM_ROWS, papers, nCtx + 1);
            return new Exam.Paper(examples, IntStream.range(0, examples.targets().length).map(i -> i % nCtx).toArray());
        });
    }

    private void copy(int start, int window, int[] ids, int row) {
        for (int i = 0; i < window; i++) {
            ids[row * window + i] = text.id(start + i);
        }
    }
}
