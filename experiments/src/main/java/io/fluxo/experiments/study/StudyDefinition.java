package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Study;

/** A study that is known by its name, and how it is judged. */
public record StudyDefinition(Study study, VerdictRule rule) {

    public String name() {
        return study.name();
    }
}
