package io.fluxo.train;

import io.fluxo.plugin.Part;
import io.fluxo.setting.PartKind;

/** The learning rate after the warm-up: what {@code schedule: NAME} stands for. */
@FunctionalInterface
public interface Schedule extends Part<Schedule> {

    PartKind<Schedule> KIND = Part.kind("schedule", Schedule.class);

    /** The same rate to the end. */
    Schedule CONSTANT = (t, warmup, steps) -> 1;

    /** Falls to 0 at the last step: that step changes no parameter. */
    Schedule COSINE = new Cosine(Cosine.LEAST.standard());

    /**
     * The factor on the peak rate at step {@code t}, besides the warm-up's own factor.
     *
     * @param t      the step, from 1
     * @param warmup steps of the warm-up, at least 1: without one the first step has the peak
     * @param steps  all steps
     */
    double factor(int t, int warmup, int steps);
}
