package io.fluxo.experiments.inspect.instrument;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Distributions over tokens, in natural logarithms. */
final class Distributions {

    private Distributions() {}

    /** log softmax. */
    static double[] logProbabilities(double[] logits) {
        double top = Arrays.stream(logits).max().orElseThrow();
        double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - top)).sum();
        return Arrays.stream(logits).map(logit -> logit - top - Math.log(sum)).toArray();
    }

    /** Σ p·(log p − log q), in nats. */
    static double divergence(double[] logP, double[] logQ) {
        return IntStream.range(0, logP.length).filter(i -> logP[i] > Double.NEGATIVE_INFINITY).mapToDouble(i -> Math.exp(logP[i]) * (logP[i] - logQ[i])).sum();
    }

    /** −Σ p·log p, in nats. */
    static double entropy(double[] logP) {
        return -Arrays.stream(logP).filter(log -> log > Double.NEGATIVE_INFINITY).map(log -> Math.exp(log) * log).sum();
    }

    /** The ids of the {@code count} largest values, largest first; of equal ones the smaller id. */
    static int[] largest(double[] values, int count) {
        return IntStream.range(0, values.length).boxed().sorted(Comparator.comparingDouble(i -> -values[i])).limit(count).mapToInt(i -> i).toArray();
    }

    /** How many values are larger than that of {@code id}: 0 for the largest. */
    static int rank(double[] values, int id) {
        return (int) Arrays.stream(values).filter(value -> value > values[id]).count();
    }
}
