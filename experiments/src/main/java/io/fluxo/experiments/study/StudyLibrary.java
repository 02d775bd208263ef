package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Study;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The studies that are known by name. */
public record StudyLibrary(List<StudyDefinition> studies) {

    public StudyLibrary {
        studies = List.copyOf(studies);
    }

    /** The studies that Fluxo brings. */
    public static StudyLibrary standard() {
        return new StudyLibrary(List.of(PreVersusPost.definition()));
    }

    public Optional<StudyDefinition> find(String name) {
        return studies.stream().filter(definition -> definition.name().equals(name)).findFirst();
    }

    public List<String> names() {
        return studies.stream().map(StudyDefinition::name).toList();
    }

    /** What a file's study called {@code name} means where the file is silent: a known study's question and expectation, but never its grid. */
    public Study defaults(String name) {
        return find(name).map(StudyDefinition::study).orElse(Study.DEFAULT).withVary(Map.of());
    }

    /** How a study is judged: a known name brings its rule, which itself refuses settings it says nothing about. */
    public VerdictRule rule(Study study) {
        return find(study.name()).map(StudyDefinition::rule).orElse(VerdictRule.NONE);
    }
}
