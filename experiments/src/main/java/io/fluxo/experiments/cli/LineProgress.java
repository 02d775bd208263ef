package io.fluxo.experiments.cli;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.text.Text;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** Progress for logs: a line at each trial's end, and one every ten seconds between. */
final class LineProgress implements StudyProgress {

    private static final long INTERVAL = Duration.ofSeconds(10).toNanos();

    private final PrintStream out;
    private final LossText losses = new LossText();
    private final Estimate estimate = new Estimate(System::nanoTime);
    private long lastLine = System.nanoTime();
    private int trials;
    private int trialsDone;
    private long steps;
    private long stepsDone;

    LineProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public synchronized void begin(int count, int done, long stepsToGo) {
        lastLine = System.nanoTime();
        trials = count;
        trialsDone = done;
        steps = stepsToGo;
        out.println(ProgressText.begun(count, done, stepsToGo));
    }

    @Override
    public synchronized void resumed(Trial trial, int step) {
        steps -= step;
        out.println(ProgressText.resumed(trial, step));
    }

    @Override
    public synchronized void restarted(Trial trial, String why) {
        out.println(QuietProgress.text(trial, why));
    }

    @Override
    public synchronized void step(Trial trial, StepMetrics metrics) {
        stepsDone++;
        losses.seen(trial, metrics);
        estimate.step();
        long now = System.nanoTime();
        if (now - lastLine >= INTERVAL) {
            lastLine = now;
            out.println(Text.format("%,d of %s (%s), %d of %s, %s", stepsDone, Text.count(steps, "step"),
                    estimate.text(steps - stepsDone), trialsDone, Text.count(trials, "trial"), losses.running(trial, metrics)));
        }
    }

    @Override
    public synchronized void finished(TrialResult result) {
        trialsDone++;
        stepsDone += result.trial().training().get(STEPS) - result.steps(); // steps that a trial which ended early leaves out
        lastLine = System.nanoTime();
        out.println(ProgressText.finished(trialsDone, trials, result));
    }

    @Override
    public synchronized void finishedElsewhere(TrialResult result) {
        trialsDone++;
        steps -= result.trial().training().get(STEPS);
        lastLine = System.nanoTime();
        out.println(ProgressText.finishedElsewhere(trialsDone, trials, result));
    }

    @Override
    public synchronized void waiting(List<String> others) {
        out.println(ProgressText.waiting(others));
    }
}
