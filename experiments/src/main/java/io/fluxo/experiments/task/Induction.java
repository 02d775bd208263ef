package io.fluxo.experiments.task;

import static io.fluxo.experiments.task.TaskParts.DISTINCT;
import static io.fluxo.experiments.task.TaskParts.ITEMS;
import static io.fluxo.experiments.task.TaskParts.SYMBOLS;

import io.fluxo.random.RandomKey;
import io.fluxo.setting.Key;
import io.fluxo.setting.Type;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Repeated random sequences (Elhage et al. 2021, Olsson et al. 2022): different symbols in random order (or symbols drawn one by one), again and again; from the first
 * repetition on, the next symbol is the one that followed this one before. The period of each sequence is drawn from half of {@code items} to
 * {@code items}, so that looking back by a fixed number of positions is of no use.
 */
final class Induction extends DrawnTask {

    /** The next symbol of a repeated random sequence. */
    static final class Kind implements TaskKind {
        @Override
        public List<Key<?>> keys() {
            return List.of(SYMBOLS, ITEMS, DISTINCT);
        }

        @Override
        public List<Violation> violations(TaskSpec spec) {
            int most = spec.get(DISTINCT) ? spec.get(SYMBOLS) : LONGEST;
            return new Type.Whole(2, most).objections(spec.get(ITEMS)).stream().map(objection -> new Violation("items", "items " + objection)).toList();
        }

        @Override
        public boolean showsAnswersLater(TaskSpec spec) {
            return true;
        }

        @Override
        public Task open(TaskSpec spec, boolean holdOut, TaskFiles files) {
            return new Induction(spec.get(SYMBOLS), spec.get(ITEMS), spec.get(DISTINCT));
        }
    }

    /** Longest period of symbols that may occur more than once. */
    private static final int LONGEST = 100_000;

    private static final int EXAM_ROWS = 64;
    private static final int EXAM_PAPERS = 2;

    private final int symbols;
    private final int items;
    private final boolean distinct;

    Induction(int symbols, int items, boolean distinct) {
        super("induction", symbols, 2 * items);
        this.symbols = symbols;
        this.items = items;
        this.distinct = distinct;
    }

    @Override
    public int vocabulary() {
        return symbols;
    }

    @Override
    public List<String> symbols() {
        return IntStream.range(0, symbols).mapToObj(String::valueOf).toList();
    }

    @Override
    public String describe() {
        return Text.format("repeated random sequences of %d … %d out of %d symbols%s", shortest(), items, symbols, distinct ? "" : ", each drawn by itself");
    }

    private int shortest() {
        return (items + 1) / 2;
    }

    @Override
    protected Examples draw(RandomKey key, int rows, int nCtx) {
        int[] tokens = new int[rows * nCtx];
        int[] targets = new int[rows * nCtx];
        Arrays.fill(targets, Examples.NOTHING);
        for (int row = 0; row < rows; row++) {
            RandomKey draws = key.split(row);
            int period = shortest() + draws.split("period").below(items - shortest() + 1, 0);
            int[] sequence = period(draws.split("symbols"), period);
            for (int i = 0; i < nCtx; i++) {
                tokens[row * nCtx + i] = sequence[i % period];
                if (i >= period) {
                    targets[row * nCtx + i] = sequence[(i + 1) % period];
                }
            }
        }
        return new Examples(rows, 1, tokens, targets);
    }

    private int[] period(RandomKey draws, int length) {
        return distinct ? choose(draws, symbols, length) : IntStream.range(0, length).map(i -> draws.below(symbols, i)).toArray();
    }

    @Override
    public Exam exam(int nCtx) {
        return exam("items", items, EXAM_PAPERS, EXAM_ROWS, nCtx);
    }
}
