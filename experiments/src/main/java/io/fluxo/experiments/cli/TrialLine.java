package io.fluxo.experiments.cli;

import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.text.Text;
import java.util.OptionalDouble;

/** A running trial in one line: its name, the course of its loss, the loss now, and its speed once that is known. */
final class TrialLine {

    private static final int WIDEST = 32;
    private static final int NARROWEST = 4;

    private final Trial trial;
    private final LossTrace trace = new LossTrace();
    private final Estimate estimate = new Estimate(System::nanoTime);
    private double loss = Double.NaN;

    TrialLine(Trial trial) {
        this.trial = trial;
    }

    void step(StepMetrics metrics) {
        loss = metrics.loss();
        trace.add(loss);
        estimate.step();
    }

    int nameLength() {
        return trial.id().length();
    }

    /**
     * At most {@code columns} characters: of the longest name, and of the course, what there is room for.
     *
     * @param names length of the longest name, so that lines below each other align
     */
    String within(int columns, int names, Drawing drawing) {
        OptionalDouble rate = estimate.rate();
        String speed = rate.isPresent() ? Text.format(rate.getAsDouble() < 10 ? "  %.1f/s" : "  %.0f/s", rate.getAsDouble()) : "";
        String figures = Text.format("loss %.3f", loss) + speed;
        int room = columns - figures.length() - 2;
        int course = Math.clamp(Math.max(room / 2, room - names - 1), NARROWEST, WIDEST);
        int name = Math.min(names, room - course - 1);
        if (name < 1) {
            return cut(Text.format("loss %.3f", loss), columns);
        }
        return padded(shortened(trial.id(), name), name) + " " + padded(trace.line(course, drawing.heights()), course) + "  " + figures;
    }

    /** The end of a name is what tells trials apart: the seed, and the key that is varied last. */
    private static String shortened(String id, int columns) {
        return id.length() <= columns ? id : columns < 3 ? cut(id, columns) : ".." + id.substring(id.length() - columns + 2);
    }

    private static String cut(String text, int columns) {
        return text.length() <= columns ? text : text.substring(0, Math.max(0, columns));
    }

    private static String padded(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - text.length()));
    }
}
