package io.fluxo.experiments.study.numbers;

import io.fluxo.random.RandomKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * How much of the differences between trials each key accounts for: the functional analysis of variance (Hooker 2007; Hutter, Hoos and Leyton-Brown 2014) of the ranks of
 * their losses. Ranks, since one loss that exploded would otherwise be all there is to explain, and what diverged has no loss but a rank: the last.
 *
 * @param method how settings were laid out
 * @param trials number of trials
 * @param keys   what each key accounts for by itself
 * @param pairs  what each two account for beyond that; none of drawn settings
 */
public record Importance(Method method, int trials, List<Main> keys, List<Pair> pairs) {

    /** Trials below which nothing is said. */
    public static final int LEAST = 8;

    /** A key is said to matter where chance alone would make it seem to in fewer than one of twenty studies. */
    public static final double LEVEL = 0.05;

    static final int PERMUTATIONS = 999;
    private static final int MOST_BINS = 8;
    private static final int LEAST_IN_BIN = 5;
    private static final RandomKey RANDOM = RandomKey.of(0).split("importance");

    /** How settings were laid out. */
    public enum Method {
        /** Every combination of values, equally often: shares are exact. */
        GRID,
        /** Independent draws: shares are estimates. */
        RANDOM
    }

    /**
     * One key.
     *
     * @param share of the variance of the ranks, from 0 to 1
     * @param p     of a permutation test that the key makes no difference at all
     * @param holm  the same, corrected by Holm's method for the number of keys
     */
    public record Main(String key, double share, double p, double holm) {

        /** Whether it is more than chance would bring. */
        public boolean shown() {
            return holm < LEVEL;
        }
    }

    /** What two keys account for together, beyond what each does by itself. */
    public record Pair(String first, String second, double share) {}

    /**
     * A trial.
     *
     * @param values key → value
     * @param block  what it shares with others besides the keys: its seed
     * @param loss   infinite where it diverged
     */
    public record Observation(Map<String, Object> values, long block, double loss) {}

    public Importance {
        keys = List.copyOf(keys);
        pairs = List.copyOf(pairs);
    }

    /** What no key and no pair of keys accounts for: more of them together, seeds, and chance. Estimates may add up to more than all, so that nothing is left. */
    public double rest() {
        double sum = 0;
        for (Main main : keys) {
            sum += main.share;
        }
        for (Pair pair : pairs) {
            sum += pair.share;
        }
        return Math.max(0, 1 - sum);
    }

    /** Of every combination of values, each equally often; empty where they are not, of fewer than two keys that vary, or of fewer than {@link #LEAST} trials. */
    public static Optional<Importance> ofGrid(List<Observation> trials) {
        return Data.of(trials, key -> levels(trials, key)).filter(Data::isBalanced).map(data -> {
            List<Pair> pairs = new ArrayList<>();
            for (int j = 0; j < data.keys.size(); j++) {
                for (int k = j + 1; k < data.keys.size(); k++) {
                    int first = j;
                    int second = k;
                    int width = data.width(k);
                    double both = between(data.ranks, i -> data.codes[first][i] * width + data.codes[second][i], data.width(j) * width);
                    double alone = between(data.ranks, data.codes[j], data.width(j)) + between(data.ranks, data.codes[k], width);
                    pairs.add(new Pair(data.keys.get(j), data.keys.get(k), Math.max(0, both - alone) / data.total()));
                }
            }
            return data.importance(Method.GRID, j -> between(data.ranks, data.codes[j], data.width(j)) / data.total(), data::strataWithout, pairs);
        });
    }

    /**
     * Of settings that were drawn independently, key by key. Numbers are put into at most {@value #MOST_BINS} bins with equally many trials, and what chance brings between
     * bins is taken off (ε² of an analysis of variance with one factor). Empty of fewer than two keys that vary, or of fewer than {@link #LEAST} trials.
     */
    public static Optional<Importance> ofDraws(List<Observation> trials) {
        return Data.of(trials, key -> bins(trials, key)).map(data -> data.importance(Method.RANDOM, j -> {
            int n = trials.size();
            int groups = (int) Arrays.stream(data.codes[j]).distinct().count();
            double between = between(data.ranks, data.codes[j], data.width(j));
            double within = n > groups ? (data.total() - between) / (n - groups) : 0;
            return Math.max(0, between - (groups - 1) * within) / data.total();
        }, _ -> new int[trials.size()], List.of()));
    }

    /** Trials as numbers: of each key that varies, which of its values or bins each trial has. */
    private record Data(List<String> keys, int[][] codes, double[] ranks, long[] blocks) {

        static Optional<Data> of(List<Observation> trials, Function<String, int[]> coding) {
            if (trials.size() < LEAST || trials.stream().anyMatch(trial -> Double.isNaN(trial.loss))) {
                return Optional.empty();
            }
            List<String> keys = trials.getFirst().values.keySet().stream()
                    .filter(key -> trials.stream().map(trial -> trial.values.get(key)).distinct().count() > 1).toList();
            Data data = new Data(keys, keys.stream().map(coding).toArray(int[][]::new), Importance.ranks(trials.stream().mapToDouble(Observation::loss).toArray()),
                    trials.stream().mapToLong(Observation::block).toArray());
            return keys.size() < 2 || data.total() == 0 ? Optional.empty() : Optional.of(data);
        }

        int width(int j) {
            return Arrays.stream(codes[j]).max().orElse(0) + 1;
        }

        double total() {
            return between(ranks, i -> i, ranks.length);
        }

        /** Whether every combination is there equally often, in each block. */
        boolean isBalanced() {
            Map<List<Long>, Integer> counts = new LinkedHashMap<>();
            for (int i = 0; i < ranks.length; i++) {
                counts.merge(place(i, -1), 1, Integer::sum);
            }
            long combinations = Arrays.stream(blocks).distinct().count();
            for (int j = 0; j < keys.size(); j++) {
                combinations = Math.min(Integer.MAX_VALUE, combinations * width(j));
            }
            return counts.size() == combinations && counts.values().stream().distinct().count() == 1;
        }

        /** Where trial {@code i} stands, but for its value of key {@code without}. */
        private List<Long> place(int i, int without) {
            List<Long> place = new ArrayList<>(List.of(blocks[i]));
            for (int j = 0; j < keys.size(); j++) {
                place.add(j == without ? -1L : codes[j][i]);
            }
            return place;
        }

        /** Trials that differ in key {@code j} alone have the same number. */
        int[] strataWithout(int j) {
            Map<List<Long>, Integer> numbers = new LinkedHashMap<>();
            return IntStream.range(0, ranks.length).map(i -> numbers.computeIfAbsent(place(i, j), _ -> numbers.size())).toArray();
        }

        /** @param strata of a key: trials with the same number could have any order of losses if it made no difference */
        Importance importance(Method method, IntFunction<Double> share, IntFunction<int[]> strata, List<Pair> pairs) {
            List<Double> shares = IntStream.range(0, keys.size()).mapToObj(share).toList();
            List<Double> ps = IntStream.range(0, keys.size()).mapToObj(j -> p(j, strata.apply(j))).toList();
            List<Double> holm = Statistics.holm(ps);
            return new Importance(method, ranks.length,
                    IntStream.range(0, keys.size()).mapToObj(j -> new Main(keys.get(j), shares.get(j), ps.get(j), holm.get(j))).toList(), pairs);
        }

        private double p(int j, int[] strata) {
            Map<Integer, List<Integer>> members = new LinkedHashMap<>();
            IntStream.range(0, ranks.length).forEach(i -> members.computeIfAbsent(strata[i], _ -> new ArrayList<>()).add(i));
            int[][] exchangeable = members.values().stream().map(some -> some.stream().mapToInt(Integer::intValue).toArray()).toArray(int[][]::new);
            RandomKey key = RANDOM.split(keys.get(j));
            int width = width(j);
            double found = between(ranks, codes[j], width) * (1 - 1e-12); // sums of the same numbers in another order are as large
            double[] shuffled = ranks.clone();
            int asLarge = 1;
            long draw = 0;
            for (int permutation = 0; permutation < PERMUTATIONS; permutation++) {
                for (int[] some : exchangeable) {
                    for (int last = some.length - 1; last > 0; last--) {
                        int other = key.below(last + 1, draw++);
                        double kept = shuffled[some[last]];
                        shuffled[some[last]] = shuffled[some[other]];
                        shuffled[some[other]] = kept;
                    }
                }
                asLarge += between(shuffled, codes[j], width) >= found ? 1 : 0;
            }
            return asLarge / (PERMUTATIONS + 1.0);
        }
    }

    /** The sum of squares between groups. */
    private static double between(double[] ranks, int[] groups, int count) {
        return between(ranks, i -> groups[i], count);
    }

    private static double between(double[] ranks, IntUnaryOperator group, int count) {
        double[] sums = new double[count];
        int[] sizes = new int[count];
        double sum = 0;
        for (int i = 0; i < ranks.length; i++) {
            sums[group.applyAsInt(i)] += ranks[i];
            sizes[group.applyAsInt(i)]++;
            sum += ranks[i];
        }
        double squares = 0;
        for (int g = 0; g < count; g++) {
            if (sizes[g] > 0) {
                double distance = sums[g] / sizes[g] - sum / ranks.length;
                squares += sizes[g] * distance * distance;
            }
        }
        return squares;
    }

    /** From 1; equal values share the mean of their ranks. */
    private static double[] ranks(double[] values) {
        List<Integer> order = IntStream.range(0, values.length).boxed().sorted(Comparator.comparingDouble(i -> values[i])).toList();
        double[] ranks = new double[values.length];
        for (int first = 0; first < values.length; ) {
            int next = first + 1;
            while (next < values.length && values[order.get(next)] == values[order.get(first)]) {
                next++;
            }
            for (int i = first; i < next; i++) {
                ranks[order.get(i)] = (first + 1 + next) / 2.0;
            }
            first = next;
        }
        return ranks;
    }

    private static int[] levels(List<Observation> trials, String key) {
        List<Object> values = trials.stream().map(trial -> trial.values.get(key)).distinct().toList();
        return trials.stream().mapToInt(trial -> values.indexOf(trial.values.get(key))).toArray();
    }

    private static int[] bins(List<Observation> trials, String key) {
        int bins = Math.clamp(trials.size() / LEAST_IN_BIN, 2, MOST_BINS);
        boolean numbers = trials.stream().allMatch(trial -> trial.values.get(key) instanceof Number);
        if (!numbers || trials.stream().map(trial -> trial.values.get(key)).distinct().count() <= bins) {
            return levels(trials, key);
        }
        double[] ranks = ranks(trials.stream().mapToDouble(trial -> ((Number) trial.values.get(key)).doubleValue()).toArray());
        return Arrays.stream(ranks).mapToInt(rank -> (int) ((rank - 0.5) * bins / trials.size())).toArray();
    }
}
