package io.fluxo.experiments.task;

import io.fluxo.random.RandomKey;
import io.fluxo.setting.Key;
import io.fluxo.setting.Type;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Associative recall: D positions each hold a key and its value, whose embeddings are added; after {@code distance} positions of filler the
 * D keys come again, in random order and with the value hidden, and each asks for its value. The keys of a sequence differ; values are drawn
 * independently. D is the load on a model's memory, the same for all sequences of a batch and drawn anew from step to step; the distance
 * tells how long it has to keep what it has seen.
 *
 * <p>Ids: the keys, the values, "hidden", "filler".
 */
final class Recall extends DrawnTask {

    static final Key<List<Integer>> PAIRS = Key.of("pairs", Type.list(Type.whole(Integer.MIN_VALUE)), List.of(1, 2, 4, 8, 16, 32),
            "recall: how many pairs a sequence may hold, each as likely");

    static final Key<Integer> KEYS = Key.of("keys", Type.whole(1, TaskParts.MOST_SYMBOLS), 64, "recall: number of keys");

    static final Key<Integer> VALUES = Key.of("values", Type.whole(2, TaskParts.MOST_SYMBOLS), 64, "recall: number of values");

    static final Key<Integer> DISTANCE = Key.of("distance", Type.whole(0, TaskParts.MOST_SYMBOLS), 0, "recall: positions of filler between pairs and questions");

    /** The value that came with a key. */
    static final class Kind implements TaskKind {
        @Override
        public List<Key<?>> keys() {
            return List.of(PAIRS, KEYS, VALUES, DISTANCE);
        }

        @Override
        public List<Violation> violations(TaskSpec spec) {
            List<Integer> pairs = spec.get(PAIRS);
            int keys = spec.get(KEYS);
            boolean distinct = pairs.stream().distinct().count() == pairs.size();
            return !pairs.isEmpty() && distinct && pairs.stream().allMatch(load -> load >= 1 && load <= keys) ? List.of()
                    : List.of(new Violation("pairs", Text.format("pairs must list different numbers of pairs, each at least 1 and at most keys (%d), not %s", keys,
                            pairs)));
        }

        /** Values are hidden where they are asked for. */
        @Override
        public boolean showsAnswersLater(TaskSpec spec) {
            return false;
        }

        @Override
        public Task open(TaskSpec spec, boolean holdOut, TaskFiles files) {
            return new Recall(spec.get(PAIRS), spec.get(KEYS), spec.get(VALUES), spec.get(DISTANCE));
        }
    }

    private static final int CHANNELS = 2;

    /** Positions of one paper of the examination, about. */
    private static final int PAPER = 4096;

    private final List<Integer> loads;
    private final int keys;
    private final int values;
    private final int distance;
    private final int hidden;
    private final int filler;

    Recall(List<Integer> pairs, int keys, int values, int distance) {
        super("recall", values, 2 * pairs.stream().mapToInt(Integer::intValue).max().orElseThrow() + distance);
        this.loads = pairs;
        this.keys = keys;
        this.values = values;
        this.distance = distance;
        this.hidden = keys + values;
        this.filler = hidden + 1;
    }

    @Override
    public int vocabulary() {
        return filler + 1;
    }

    @Override
    public List<String> symbols() {
        List<String> symbols = new ArrayList<>();
        IntStream.range(0, keys).forEach(key -> symbols.add("k" + key));
        IntStream.range(0, values).forEach(value -> symbols.add("v" + value));
        symbols.add("hidden");
        symbols.add("filler");
        return symbols;
    }

    @Override
    public String describe() {
        return Text.format("associative recall of %s pairs, %d keys, %d values, %d filler positions",
                String.join(", ", loads.stream().map(String::valueOf).toList()), keys, values, distance);
    }

    @Override
    protected Examples draw(RandomKey key, int rows, int nCtx) {
        int load = loads.get(key.split("load").below(loads.size(), 0));
        return pairs(key, rows, load);
    }

    private Examples pairs(RandomKey key, int rows, int load) {
        int length = 2 * load + distance;
        int[] tokens = new int[rows * length * CHANNELS];
        int[] targets = new int[rows * length];
        Arrays.fill(targets, Examples.NOTHING);
        for (int row = 0; row < rows; row++) {
            RandomKey draws = key.split(row);
            int[] chosen = choose(draws.split("keys"), keys, load);
            int[] order = choose(draws.split("order"), load, load);
            int start = row * length;
            for (int i = 0; i < load; i++) {
                put(tokens, start + i, chosen[i], value(draws, i));
            }
            for (int i = 0; i < distance; i++) {
                put(tokens, start + load + i, filler, hidden);
            }
            for (int i = 0; i < load; i++) {
                int at = start + load + distance + i;
                put(tokens, at, chosen[order[i]], hidden);
                targets[at] = value(draws, order[i]);
            }
        }
        return new Examples(rows, CHANNELS, tokens, targets);
    }

    /** The value of the pair numbered {@code pair}. */
    private int value(RandomKey draws, int pair) {
        return keys + draws.split("values").below(values, pair);
    }

    private static void put(int[] tokens, int position, int first, int second) {
        tokens[position * CHANNELS] = first;
        tokens[position * CHANNELS + 1] = second;
    }

    /** Each load by itself, with as many answers to each. */
    @Override
    public Exam exam(int nCtx) {
        List<Exam.Paper> all = new ArrayList<>();
        List<Integer> ascending = loads.stream().sorted().toList();
        for (int place = 0; place < ascending.size(); place++) {
            int load = ascending.get(place);
            int rows = Math.max(1, PAPER / (2 * load + distance));
            int papers = (ANSWERS + rows * load - 1) / (rows * load);
            for (int paper = 0; paper < papers; paper++) {
                Examples examples = pairs(examKey().split(load).split(paper), rows, load);
                int[] places = new int[examples.targets().length];
                Arrays.fill(places, place);
                all.add(new Exam.Paper(examples, places));
            }
        }
        return new Exam("pairs", ascending.stream().map(Integer::doubleValue).toList(), all.size(), all::get);
    }
}
