package io.fluxo.experiments.study.definition;

import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.Findings;

/** What a study's report draws besides training curves. Curves that no plot names are drawn as well, on plain axes. */
public sealed interface Plot {

    /** A trial's {@link AxisCurve}, or a figure of {@link Findings} or {@code final_loss}. */
    String measure();

    String title();

    Scale scale();

    /** Which axes are logarithmic. */
    record Scale(boolean logX, boolean logY) {
        public static final Scale LINEAR = new Scale(false, false);
        public static final Scale LOG_X = new Scale(true, false);
        public static final Scale LOG_Y = new Scale(false, true);
        public static final Scale LOG_LOG = new Scale(true, true);
    }

    /** The trials' own curves of {@code measure}: one line for each variant. */
    record Along(String measure, String title, Scale scale) implements Plot {}

    /** One point for each variant, over the values of a varied key ({@code task.pairs}); a line joins variants that differ in that key alone. */
    record Across(String key, String measure, String title, Scale scale) implements Plot {}
}
