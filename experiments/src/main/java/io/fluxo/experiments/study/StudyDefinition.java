package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Study;
import java.util.List;

/**
 * A study that is known by its name, how it is judged and what its report shows.
 *
 * @param compared the measure in which variants are compared: {@code final_loss} or a figure of the trials' {@link Findings}
 * @param plots    what is drawn besides training curves
 */
public record StudyDefinition(Study study, VerdictRule rule, String compared, List<Plot> plots) {

    /** The measure that every trial has. */
    public static final String FINAL_LOSS = "final_loss";

    public StudyDefinition {
        plots = List.copyOf(plots);
    }

    /** A study of training curves, compared by the final loss. */
    public StudyDefinition(Study study, VerdictRule rule) {
        this(study, rule, FINAL_LOSS, List.of());
    }

    /** What is known of a study that nobody knows by name. */
    public static StudyDefinition unknown(Study study) {
        return new StudyDefinition(study, VerdictRule.NONE);
    }

    /** The same for a study with other settings. */
    public StudyDefinition with(Study other) {
        return new StudyDefinition(other, rule, compared, plots);
    }

    public String name() {
        return study.name();
    }
}
