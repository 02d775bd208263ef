package io.fluxo.experiments.task;

import io.fluxo.experiments.BadInput;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Key;
import io.fluxo.setting.Type;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A text that is token ids already. Step t takes {@code rows} windows of n_ctx + 1 ids where step t − 1 ended, unshuffled, from the first
 * again when fewer than one window is left: the same batches that a plain loop over the file takes in any framework. With validation, the last
 * tenth is kept back.
 */
final class TokenFile implements Task {

    static final Key<String> FILE = Key.of("file", Type.file(), "",
            "tokens: the path of a file of whitespace-separated ids; a relative one counts from the folder of the YAML file");

    /** The next id of a file of ids, in order. */
    static final class Kind implements TaskKind {
        @Override
        public List<Key<?>> keys() {
            return List.of(FILE);
        }

        @Override
        public List<Violation> violations(TaskSpec spec) {
            return spec.get(FILE).isBlank() ? List.of(new Violation("file", "file must be the path of a file of whitespace-separated token ids")) : List.of();
        }

        @Override
        public boolean showsAnswersLater(TaskSpec spec) {
            return true;
        }

        @Override
        public Task open(TaskSpec spec, boolean holdOut, TaskFiles files) {
            return new TokenFile(spec.get(FILE), files.ids(spec.get(FILE)), holdOut);
        }
    }

    private static final int MAX_VALIDATION_BATCHES = 20;

    private final String name;
    private final int[] ids;
    private final int vocabulary;
    private final boolean holdOut;
    private final int border;

    TokenFile(String name, int[] ids, boolean holdOut) {
        this.name = name;
        this.ids = ids;
        this.vocabulary = IntStream.of(ids).max().orElseThrow() + 1;
        this.holdOut = holdOut;
        this.border = holdOut ? ids.length - ids.length / 10 : ids.length;
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }

    @Override
    public List<String> symbols() {
        return IntStream.range(0, vocabulary).mapToObj(String::valueOf).toList();
    }

    @Override
    public OptionalDouble floor() {
        return OptionalDouble.empty();
    }

    @Override
    public OptionalDouble unigramEntropy() {
        int[] counts = new int[vocabulary];
        for (int id : ids) {
            counts[id]++;
        }
        return OptionalDouble.of(Entropy.ofCounts(counts, ids.length));
    }

    @Override
    public String describe() {
        return Text.format("token ids of %s: %,d of them, below %d, unigram entropy %.3f nats", name, ids.length, vocabulary, unigramEntropy().orElseThrow());
    }

    @Override
    public void require(int nCtx) {
        int window = nCtx + 1;
        int needed = holdOut ? 10 * window : window;
        if (ids.length < needed) {
            throw new BadInput(Text.format("%s: the file has %,d ids; %,d are needed for windows of n_ctx + 1 = %,d%s", name, ids.length, needed, window,
                    holdOut ? ", with a tenth kept for validation (training.eval_every)" : ""));
        }
    }

    @Override
    public Examples batch(RandomKey key, long step, int rows, int nCtx) {
        return windows(0, border, (step - 1) * rows, rows, nCtx + 1);
    }

    @Override
    public int validationBatches(int rows, int nCtx) {
        int windows = (ids.length - border) / (nCtx + 1);
        return windows == 0 ? 0 : Math.clamp(windows / rows, 1, MAX_VALIDATION_BATCHES);
    }

    @Override
    public Examples validationBatch(int index, int rows, int nCtx) {
        return windows(border, ids.length, (long) index * rows, rows, nCtx + 1);
    }

    /** {@code rows} windows from the one numbered {@code first}, of those that lie end to end between {@code from} and {@code to}. */
    private Examples windows(int from, int to, long first, int rows, int window) {
        int windows = (to - from) / window;
        int[] drawn = new int[rows * window];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(ids, from + (int) ((first + row) % windows) * window, drawn, row * window, window);
        }
        return Examples.successors(drawn, rows);
    }
}
