package io.fluxo.experiments.study.work;

import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.TrialListener;
import java.nio.file.Path;
import java.util.List;

/** Does {@code pause} before a trial's {@code step} is told, and does not let it be cancelled: a process that is suspended cannot ask. */
record Pausing(TrialListener listener, int step, Runnable pause) implements TrialListener {

    @Override
    public void proved(String sentence) {
        listener.proved(sentence);
    }

    @Override
    public void notProved(String sentence) {
        listener.notProved(sentence);
    }

    @Override
    public void labels(String measure, List<String> entries) {
        listener.labels(measure, entries);
    }

    @Override
    public void step(StepMetrics metrics) {
        if (metrics.step() == step) {
            pause.run();
        }
        listener.step(metrics);
    }

    @Override
    public void figure(String name, double value) {
        listener.figure(name, value);
    }

    @Override
    public void curve(AxisCurve curve) {
        listener.curve(curve);
    }

    @Override
    public Path checkpoint() {
        return listener.checkpoint();
    }

    @Override
    public boolean goesFurther() {
        return listener.goesFurther();
    }

    @Override
    public String told() {
        return listener.told();
    }

    @Override
    public boolean goesOnAfter(int after, String told) {
        return listener.goesOnAfter(after, told);
    }

    @Override
    public void beginsAnew(String why) {
        listener.beginsAnew(why);
    }

    @Override
    public boolean cancelled() {
        return false;
    }
}
