package io.fluxo.experiments.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Times of one step repeated, in milliseconds.
 *
 * @param step   forward, forward_backward or train
 * @param median the middle one
 * @param best   the shortest
 * @param total  of all runs
 * @param runs   how many were timed
 */
public record Timing(String step, double median, double best, double total, int runs) {

    private static final int LEAST_RUNS = 5;

    /** Runs {@code body} for {@code seconds}, at least five times. */
    static Timing of(String step, double seconds, Runnable body) {
        List<Double> times = new ArrayList<>();
        long start = System.nanoTime();
        while (System.nanoTime() - start < seconds * 1e9 || times.size() < LEAST_RUNS) {
            long before = System.nanoTime();
            body.run();
            times.add((System.nanoTime() - before) / 1e6);
        }
        Collections.sort(times);
        return new Timing(step, times.get(times.size() / 2), times.getFirst(), total(times), times.size());
    }

    /** Median of medians, best of bests, over repetitions of the same step. */
    static Timing summary(List<Timing> repetitions) {
        List<Double> medians = repetitions.stream().map(Timing::median).sorted().toList();
        double best = repetitions.stream().mapToDouble(Timing::best).min().orElseThrow();
        int runs = repetitions.stream().mapToInt(Timing::runs).sum();
        return new Timing(repetitions.getFirst().step(), medians.get(medians.size() / 2), best, total(repetitions.stream().map(Timing::total).toList()), runs);
    }

    private static double total(List<Double> times) {
        return times.stream().mapToDouble(Double::doubleValue).sum();
    }
}
