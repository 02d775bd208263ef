package io.fluxo.experiments.study.numbers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which place each variant may have. Of every two variants each is held against the other, seed by seed, by Student's one-sided test, and all these tests are corrected together by Holm's
 * method. A variant's best place is 1 more than the number of those that are shown to be better, its worst as many less than all as are shown to be worse. All true places lie within these
 * bounds together, with at least {@link Statistics#CONFIDENCE}: for one to lie outside, a test of the family has to err (Al Mohamad, Goeman and van Zwet 2022).
 */
public final class Ranks {

    /** Places that a variant may have, from 1. */
    public record Places(int best, int worst) {}

    private Ranks() {}

    /**
     * @param values for each variant its values, seed by seed, the less the better; NaN where there is none
     * @param stages at which the places may be looked at
     */
    public static List<Places> of(List<List<Double>> values, Stages stages) {
        int n = values.size();
        List<int[]> pairs = new ArrayList<>();
        IntStream.range(0, n).forEach(i -> IntStream.range(i + 1, n).forEach(j -> pairs.add(new int[] {i, j})));
        List<Double> ps = new ArrayList<>(); // of each pair that the first is better, then of each that the second is
        double[] first = pairs.stream().mapToDouble(pair -> better(values.get(pair[0]), values.get(pair[1]))).toArray();
        Arrays.stream(first).forEach(p -> ps.add(stages.corrected(p)));
        Arrays.stream(first).forEach(p -> ps.add(stages.corrected(1 - p)));
        List<Double> corrected = Statistics.holm(ps);
        int[] better = new int[n];
        int[] worse = new int[n];
        for (int k = 0; k < corrected.size(); k++) {
            if (corrected.get(k) < 1 - Statistics.CONFIDENCE) {
                int[] pair = pairs.get(k % pairs.size());
                boolean firstIsBetter = k < pairs.size();
                better[pair[firstIsBetter ? 1 : 0]]++;
                worse[pair[firstIsBetter ? 0 : 1]]++;
            }
        }
        return IntStream.range(0, n).mapToObj(i -> new Places(1 + better[i], n - worse[i])).toList();
    }

    /** Student's one-sided p of {@code one} being better than {@code other}, pair by pair. */
    private static double better(List<Double> one, List<Double> other) {
        List<Double> differences = IntStream.range(0, Math.min(one.size(), other.size())).mapToObj(i -> one.get(i) - other.get(i)).filter(Double::isFinite).toList();
        double half = Statistics.p(differences) / 2;
        return Statistics.mean(differences) < 0 ? half : 1 - half;
    }
}
