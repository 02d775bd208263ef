package io.fluxo.experiments.study.trial;

import static io.fluxo.model.ModelSpec.N_CTX;

import io.fluxo.experiments.task.Task;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What instruments let a trained model read: what the task keeps back, the same for every variant and seed, or where it keeps nothing back, some of what it trains on, drawn
 * anew.
 */
public final class Texts {

    /** Sequences. */
    private static final int ROWS = 4;

    private static final RandomKey DRAWS = RandomKey.of(0).split("what instruments read");

    private Texts() {}

    /** Why there are none; empty where there are. */
    public static Optional<String> against(PreparedTrial prepared) {
        int channels = examples(prepared.task(), prepared.trial().model().get(N_CTX)).channels();
        return channels == 1 ? Optional.empty() : Optional.of(Text.format("the task shows %d ids at a position, and instruments read one", channels));
    }

    /** Token ids, each sequence as long as the context at most. */
    public static List<int[]> of(Task task, int nCtx) {
        Examples examples = examples(task, nCtx);
        return IntStream.range(0, examples.rows()).mapToObj(row -> Arrays.copyOfRange(examples.tokens(), row * examples.length(), (row + 1) * examples.length())).toList();
    }

    private static Examples examples(Task task, int nCtx) {
        return task.validationBatches(ROWS, nCtx) > 0 ? task.validationBatch(0, ROWS, nCtx) : task.batch(DRAWS, 1, ROWS, nCtx);
    }
}
