package io.fluxo.experiments.cli;

import io.fluxo.experiments.spec.Values;
import io.fluxo.experiments.study.StepMetrics;
import io.fluxo.experiments.study.StudyProgress;
import io.fluxo.experiments.study.Trial;
import io.fluxo.experiments.study.TrialResult;
import io.fluxo.text.Text;
import java.io.PrintStream;
import java.time.Duration;

/** Progress for logs: a line at each trial's end, and one every ten seconds between. */
final class LineProgress implements StudyProgress {

    private static final long INTERVAL = Duration.ofSeconds(10).toNanos();

    private final PrintStream out;
    private long begin = System.nanoTime();
    private long lastLine = begin;
    private int trials;
    private int trialsDone;
    private long steps;
    private long stepsDone;

    LineProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public synchronized void begin(int count, int done, long stepsToGo) {
        begin = System.nanoTime();
        lastLine = begin;
        trials = count;
        trialsDone = done;
        steps = stepsToGo;
        out.println(done == 0 ? Text.format("%,d trial%s, %,d steps", count, count == 1 ? "" : "s", stepsToGo)
                : Text.format("%,d of %,d trials are finished already, %,d steps to go", done, count, stepsToGo));
    }

    @Override
    public synchronized void goesOn(Trial trial, int step) {
        steps -= step;
        out.println(Text.format("%s goes on after step %,d", trial.id(), step));
    }

    @Override
    public synchronized void beginsAnew(Trial trial, String why) {
        QuietProgress.tell(out, trial, why);
    }

    @Override
    public synchronized void step(Trial trial, StepMetrics metrics) {
        stepsDone++;
        long now = System.nanoTime();
        if (now - lastLine >= INTERVAL) {
            lastLine = now;
            double rate = stepsDone / ((now - begin) / 1e9);
            out.println(Text.format("%,d of %,d steps, %d of %d trials, loss %.3f, %.0f steps/s, %s left", stepsDone, steps, trialsDone,
                    trials, metrics.loss(), rate, Durations.text((steps - stepsDone) / rate)));
        }
    }

    @Override
    public synchronized void finished(TrialResult result) {
        trialsDone++;
        stepsDone += result.trial().training().steps() - result.steps(); // steps that a trial which ended early leaves out
        lastLine = System.nanoTime();
        String loss = Double.isFinite(result.finalLoss()) ? Text.format(", final loss %.3f", result.finalLoss()) : "";
        out.println(Text.format("%d of %d: %s %s%s (%s)", trialsDone, trials, result.trial().id(), Values.label(result.outcome()), loss,
                Durations.text(result.seconds())));
    }
}
