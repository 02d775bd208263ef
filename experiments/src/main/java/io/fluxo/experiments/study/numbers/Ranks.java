package io.fluxo.experiments.study.numbers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which place each variant may have. Every two variants are compared seed by seed by Student's test, corrected by Holm's method over all of them. A variant's best place is 1 more than the
 * number of those that are shown to be better, its worst as many less than all as are shown to be worse. All true places lie within these bounds together, with at least
 * {@link Statistics#CONFIDENCE}: for one to lie outside, a comparison has to show a difference of the wrong sign, or where there is none (Al Mohamad, van Zwet, Solari and Goeman 2022).
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
        List<List<Double>> differences = pairs.stream().map(pair -> differences(values.get(pair[0]), values.get(pair[1]))).toList();
        List<Double> corrected = Statistics.holm(differences.stream().map(Statistics::p).map(stages::corrected).toList());
        int[] better = new int[n];
        int[] worse = new int[n];
        for (int k = 0; k < pairs.size(); k++) {
            if (corrected.get(k) < 1 - Statistics.CONFIDENCE) {
                boolean firstIsBetter = Statistics.mean(differences.get(k)) < 0;
                better[pairs.get(k)[firstIsBetter ? 1 : 0]]++;
                worse[pairs.get(k)[firstIsBetter ? 0 : 1]]++;
            }
        }
        return IntStream.range(0, n).mapToObj(i -> new Places(1 + better[i], n - worse[i])).toList();
    }

    private static List<Double> differences(List<Double> first, List<Double> second) {
        return IntStream.range(0, Math.min(first.size(), second.size())).mapToObj(i -> first.get(i) - second.get(i)).filter(Double::isFinite).toList();
    }
}
