package io.fluxo.experiments.cli;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.text.Text;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Progress for a person at a terminal: a line for each finished trial, and below them live ones: the course of each running trial's loss, and one with
 * steps, speed, time left and the last loss.
 */
final class BarProgress implements StudyProgress {

    private static final Duration INTERVAL = Duration.ofMillis(200);

    /** Trials with a line of their own; a terminal has only so many. */
    private static final int MOST_ROWS = 6;

    private final LiveLine line;
    private final int columns;
    private final Drawing drawing;
    private final Map<String, TrialLine> running = new LinkedHashMap<>();
    private final Estimate estimate = new Estimate(System::nanoTime);
    private final LossText losses = new LossText();
    private int trials;
    private int done;
    private long told = System.nanoTime() - INTERVAL.toNanos();
    private ProgressBar bar;

    /** @param columns of the terminal */
    BarProgress(PrintStream out, int columns, Drawing drawing) {
        this.line = new LiveLine(out, columns);
        this.columns = line.getMaxRenderedLength();
        this.drawing = drawing;
    }

    @Override
    public synchronized void begin(int count, int alreadyDone, long stepsToGo) {
        trials = count;
        done = alreadyDone;
        line.above(ProgressText.begun(count, alreadyDone, stepsToGo));
        bar = new ProgressBarBuilder()
                .setTaskName("steps")
                .setInitialMax(stepsToGo)
                .setStyle(drawing.bar())
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
        losses.seen(trial, metrics);
        running.computeIfAbsent(trial.id(), _ -> new TrialLine(trial)).step(metrics);
        estimate.step();
        long now = System.nanoTime();
        if (now - told >= INTERVAL.toNanos()) {
            told = now;
            line.over(rows());
            bar.setExtraMessage(Text.format("%s, trial %d/%d, %s", estimate.text(bar.getMax() - bar.getCurrent() - 1), Math.min(trials, done + 1), trials,
                    losses.running(trial, metrics)));
        }
        bar.step(); // last: the library's thread may write at any time, and then writes all of it
    }

    @Override
    public synchronized void finished(TrialResult result) {
        done++;
        running.remove(result.trial().id());
        line.over(rows());
        bar.stepBy(result.trial().training().get(STEPS) - result.steps());
        line.above(ProgressText.finished(done, trials, result));
    }

    /** The course of each running trial, where several lines can be shown. */
    private List<String> rows() {
        if (!drawing.moves()) {
            return List.of();
        }
        List<String> rows = new ArrayList<>();
        int names = running.values().stream().mapToInt(TrialLine::nameLength).max().orElse(0);
        running.values().stream().limit(MOST_ROWS).forEach(trial -> rows.add(trial.within(columns, names, drawing)));
        if (running.size() > MOST_ROWS) {
            rows.add(Text.format("and %d more", running.size() - MOST_ROWS));
        }
        return rows;
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
