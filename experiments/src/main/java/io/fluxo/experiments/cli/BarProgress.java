package io.fluxo.experiments.cli;

import io.fluxo.experiments.study.StepMetrics;
import io.fluxo.experiments.study.StudyProgress;
import io.fluxo.experiments.study.Trial;
import io.fluxo.experiments.study.TrialResult;
import io.fluxo.text.Text;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicInteger;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress for a person at a terminal: one live line with steps, speed, time left, trials and the loss last seen. */
final class BarProgress implements StudyProgress {

    private final PrintStream out;
    private final AtomicInteger done = new AtomicInteger();
    private int trials;
    private ProgressBar bar;

    BarProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void begin(int count, int alreadyDone, long stepsToGo) {
        trials = count;
        done.set(alreadyDone);
        bar = new ProgressBarBuilder()
                .setTaskName("steps")
                .setInitialMax(stepsToGo)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(out))
                .showSpeed()
                .clearDisplayOnFinish()
                .build();
    }

    @Override
    public void goesOn(Trial trial, int step) {
        bar.stepBy(step);
    }

    @Override
    public void beginsAnew(Trial trial, String why) {
        QuietProgress.tell(out, trial, why);
    }

    @Override
    public void step(Trial trial, StepMetrics metrics) {
        bar.step();
        if (metrics.step() % 10 == 0) {
            bar.setExtraMessage(Text.format(" trial %d/%d, loss %.3f", Math.min(trials, done.get() + 1), trials, metrics.loss()));
        }
    }

    @Override
    public void finished(TrialResult result) {
        done.incrementAndGet();
        bar.stepBy(result.trial().training().steps() - result.steps());
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
