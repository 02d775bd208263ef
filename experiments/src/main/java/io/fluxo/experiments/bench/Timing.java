package io.fluxo.experiments.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Times of one step repeated, in milliseconds of a call.
 *
 * @param step   forward, forward_backward or train
 * @param median the middle one
 * @param best   the shortest
 * @param total  of all calls
 * @param runs   how many calls were timed
 */
public record Timing(String step, double median, double best, double total, int runs) {

    private static final int LEAST_RUNS = 5;

    /** What takes less, in milliseconds, is called several times in a row: so that waiting for a device costs little beside it. */
    private static final double LEAST_TIME = 2;

    /** Runs {@code body} for {@code seconds}, at least five times, each call timed by itself. */
    static Timing of(String step, double seconds, Repeatable body) {
        return of(step, seconds, 1, body);
    }

    /** As {@link #of}, but short calls are timed several in a row. */
    static Timing inRuns(String step, double seconds, Repeatable body) {
        double one = time(1, body);
        return of(step, seconds, one >= LEAST_TIME ? 1 : (int) Math.ceil(LEAST_TIME / Math.min(one, time(1, body))), body);
    }

    private static Timing of(String step, double seconds, int calls, Repeatable body) {
        List<Double> times = new ArrayList<>();
        long start = System.nanoTime();
        while (System.nanoTime() - start < seconds * 1e9 || times.size() < LEAST_RUNS) {
            times.add(time(calls, body) / calls);
        }
        Collections.sort(times);
        return new Timing(step, times.get(times.size() / 2), times.getFirst(), calls * total(times), calls * times.size());
    }

    private static double time(int calls, Repeatable body) {
        long before = System.nanoTime();
        body.run(calls);
        return (System.nanoTime() - before) / 1e6;
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
