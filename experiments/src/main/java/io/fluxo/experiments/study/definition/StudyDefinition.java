package io.fluxo.experiments.study.definition;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.judge.BuiltInConditions;
import io.fluxo.experiments.study.judge.ListedConditions;
import io.fluxo.experiments.study.judge.VerdictRule;
import io.fluxo.setting.PartKind;
import java.util.List;
import java.util.Optional;

/**
 * A study that is known by its name, how it is judged and what its report shows.
 *
 * @param plots what is drawn besides training curves
 */
public record StudyDefinition(Study study, VerdictRule rule, List<Plot> plots) {

    /** {@code ablate NAME}. */
    public static final PartKind<StudyDefinition> KIND = new PartKind<>("study", StudyDefinition.class,
            (name, definition) -> PartKind.differs(name, definition.name()).or(() -> definition.rule == null ? Optional.of("has no rule by which it is judged") : Optional.empty()));

    public StudyDefinition {
        plots = List.copyOf(plots);
    }

    /** A study of training curves alone. */
    public StudyDefinition(Study study, VerdictRule rule) {
        this(study, rule, List.of());
    }

    /** A study that is judged by the conditions it lists. */
    public static StudyDefinition of(Study study) {
        return new StudyDefinition(study, new BuiltInConditions(study));
    }

    /** The definition of a study whose name is not known: it is judged by the conditions that it lists, if any. */
    public static StudyDefinition unknown(Study study) {
        return new StudyDefinition(study, study.conditions().isEmpty() ? VerdictRule.NONE : new ListedConditions());
    }

    /** The same for a study with other settings. */
    public StudyDefinition with(Study other) {
        return new StudyDefinition(other, rule, plots);
    }

    public String name() {
        return study.name();
    }
}
