package io.fluxo.train;

import io.fluxo.plugin.Catalog;
import java.util.stream.IntStream;

/**
 * The learning rate of each step: lr · min(1, t/warmup) · the schedule's factor.
 *
 * @param peak   {@code lr}
 * @param warmup steps until the peak; 0 and 1 are the same
 * @param steps  all steps
 */
public record LearningRate(double peak, int warmup, int steps, Schedule schedule) {

    /** Of the training {@code spec}. */
    public static LearningRate of(TrainingSpec spec, Catalog catalog) {
        return new LearningRate(spec.get(TrainingSpec.LR), spec.get(TrainingSpec.WARMUP), spec.get(TrainingSpec.STEPS),
                catalog.part(Schedule.KIND, spec.get(TrainingSpec.SCHEDULE)));
    }

    /** At step {@code t}, counted from 1. */
    public double at(int t) {
        int risen = Math.max(1, warmup); // the first step has the peak where there is no warm-up: a schedule falls from there
        return peak * Math.min(1, (double) t / risen) * schedule.factor(t, risen, steps);
    }

    /** Whether the first {@code count} steps have the same rates under {@code other}, to the last bit. */
    public boolean agrees(LearningRate other, int count) {
        return IntStream.rangeClosed(1, count).allMatch(t -> at(t) == other.at(t));
    }
}
