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
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress for a person at a terminal: a line for each finished trial, and below them a live one with steps, speed, time left and the last loss. */
final class BarProgress implements StudyProgress {

    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final LiveLine line;
    private final Estimate estimate = new Estimate(System::nanoTime);
    private final LossText losses = new LossText();
    private int trials;
    private int done;
    private long told = System.nanoTime() - INTERVAL.toNanos();
    private ProgressBar bar;

    /** @param columns of the terminal */
    BarProgress(PrintStream out, int columns) {
        line = new LiveLine(out, columns);
    }

    @Override
    public synchronized void begin(int count, int alreadyDone, long stepsToGo) {
        trials = count;
        done = alreadyDone;
        line.above(ProgressText.begun(count, alreadyDone, stepsToGo));
        bar = new ProgressBarBuilder()
                .setTaskName("steps")
                .setInitialMax(stepsToGo)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis((int) INTERVAL.toMillis())
                .setConsumer(line)
                .hideEta() // it would be estimated from the first step on
                .clearDisplayOnFinish()
                .build();
    }

    @Override
    public synchronized void resumed(Trial trial, int step) {
        bar.stepBy(step);
        line.above(ProgressText.resumed(trial, step));
    }

    @Override
    public synchronized void restarted(Trial trial, String why) {
        line.above(QuietProgress.text(trial, why));
    }

    @Override
    public synchronized void step(Trial trial, StepMetrics metrics) {
        bar.step();
        losses.seen(trial, metrics);
        estimate.step();
        long now = System.nanoTime();
        if (now - told < INTERVAL.toNanos()) {
            return;
        }
        told = now;
        bar.setExtraMessage(Text.format("%s, trial %d/%d, %s", estimate.text(bar.getMax() - bar.getCurrent()), Math.min(trials, done + 1), trials,
                losses.running(trial, metrics)));
    }

    @Override
    public synchronized void finished(TrialResult result) {
        done++;
        bar.stepBy(result.trial().training().get(STEPS) - result.steps());
        line.above(ProgressText.finished(done, trials, result));
    }

    @Override
    public synchronized void finishedElsewhere(TrialResult result) {
        done++;
        bar.maxHint(bar.getMax() - result.trial().training().get(STEPS));
        line.above(ProgressText.finishedElsewhere(done, trials, result));
    }

    @Override
    public synchronized void waiting(List<String> others) {
        line.above(ProgressText.waiting(others));
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            line.close(); // the library may still be at it in a thread of its own
        }
    }
}
