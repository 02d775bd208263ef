package io.fluxo.experiments.task;

import static io.fluxo.experiments.task.TaskParts.ITEMS;
import static io.fluxo.experiments.task.TaskParts.SYMBOLS;

import io.fluxo.random.RandomKey;
import io.fluxo.setting.Key;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Random symbols, a separator, and the same symbols rearranged: sorted, or as they were. Only what follows the separator is asked for. */
public final class Rearrangement extends DrawnTask {

    /**
     * Random symbols in order, or again.
     *
     * @param task makes the task out of the number of symbols and of items
     */
    public record Kind(BiFunction<Integer, Integer, Task> task) implements TaskKind {
        @Override
        public List<Key<?>> keys() {
            return List.of(SYMBOLS, ITEMS);
        }

        /** The last answer is asked for and never shown. */
        @Override
        public boolean showsAnswersLater(TaskSpec spec) {
            return spec.get(ITEMS) > 1;
        }

        @Override
        public Task open(TaskSpec spec, boolean holdOut, TaskFiles files) {
            return task.apply(spec.get(SYMBOLS), spec.get(ITEMS));
        }
    }

    private final String name;
    private final int symbols;
    private final int items;
    private final UnaryOperator<int[]> rule;

    /**
     * @param name  splits its draws from those of other tasks
     * @param items how many symbols a sequence shows
     * @param rule  what is shown → what is asked for, as many symbols
     */
    public Rearrangement(String name, int symbols, int items, UnaryOperator<int[]> rule) {
        super(name, symbols, 2 * items);
        this.name = name;
        this.symbols = symbols;
        this.items = items;
        this.rule = rule;
    }

    static Task sort(int symbols, int items) {
        return new Rearrangement("sort", symbols, items, drawn -> {
            int[] sorted = drawn.clone();
            Arrays.sort(sorted);
            return sorted;
        });
    }

    static Task copy(int symbols, int items) {
        return new Rearrangement("copy", symbols, items, UnaryOperator.identity());
    }

    @Override
    public int vocabulary() {
        return symbols + 1;
    }

    @Override
    public List<String> symbols() {
        List<String> names = new ArrayList<>(IntStream.range(0, symbols).mapToObj(String::valueOf).toList());
        names.add("|");
        return names;
    }

    @Override
    public String describe() {
        return Text.format("%s of %d items out of %d symbols", name, items, symbols);
    }

    @Override
    protected Examples draw(RandomKey key, int rows, int nCtx) {
        int length = 2 * items; // the last answer is asked for, not shown
        int[] tokens = new int[rows * length];
        int[] targets = new int[rows * length];
        Arrays.fill(targets, Examples.NOTHING);
        for (int row = 0; row < rows; row++) {
            RandomKey draws = key.split(row);
            int[] shown = IntStream.range(0, items).map(i -> draws.below(symbols, i)).toArray();
            int[] answer = rule.apply(shown);
            int start = row * length;
            System.arraycopy(shown, 0, tokens, start, items);
            tokens[start + items] = symbols;
            System.arraycopy(answer, 0, tokens, start + items + 1, items - 1);
            System.arraycopy(answer, 0, targets, start + items, items);
        }
        return new Examples(rows, 1, tokens, targets);
    }

    @Override
    public Exam exam(int nCtx) {
        int rows = Math.clamp(ANSWERS / items, 1, 128);
        return exam("items", items, (ANSWERS + rows * items - 1) / (rows * items), rows, nCtx);
    }
}
