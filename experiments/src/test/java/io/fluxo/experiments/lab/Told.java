package io.fluxo.experiments.lab;

import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.TrialListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what a trial tells. It is never interrupted, and goes on from nothing. */
final class Told implements TrialListener {

    final List<StepMetrics> steps = new ArrayList<>();
    final Map<String, Double> figures = new LinkedHashMap<>();
    final List<AxisCurve> curves = new ArrayList<>();

    @Override
    public void proved(String sentence) {
        // of another test's interest
    }

    @Override
    public void notProved(String sentence) {
        // of another test's interest
    }

    @Override
    public void labels(String measure, List<String> entries) {
        // of another test's interest
    }

    @Override
    public void step(StepMetrics metrics) {
        steps.add(metrics);
    }

    @Override
    public void figure(String name, double value) {
        figures.put(name, value);
    }

    @Override
    public void curve(AxisCurve curve) {
        curves.add(curve);
    }

    @Override
    public Path checkpoint() {
        return Path.of("no-checkpoint-is-here");
    }

    @Override
    public boolean goesFurther() {
        return false;
    }

    @Override
    public String told() {
        return "";
    }

    @Override
    public boolean goesOnAfter(int step, String told) {
        return false;
    }

    @Override
    public void beginsAnew(String why) {
        throw new AssertionError(why);
    }

    @Override
    public boolean cancelled() {
        return false;
    }
}
