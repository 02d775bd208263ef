package io.fluxo.experiments.study.builtin;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.Tune;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.VerdictRule;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.plugin.Contributions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The studies that are known by name. */
public record StudyLibrary(List<StudyDefinition> studies) {

    public StudyLibrary {
        studies = List.copyOf(studies);
    }

    /** The studies that are registered; each knows the tasks that are. */
    public static StudyLibrary of(Catalog catalog) {
        return new StudyLibrary(catalog.all(StudyDefinition.KIND).values().stream()
                .map(definition -> definition.with(definition.study().withTask(definition.study().task().within(catalog)))).toList());
    }

    /** The studies that Fluxo itself brings. */
    public static StudyLibrary standard() {
        return of(Catalog.of(TaskParts::contributeTo, StudyLibrary::contributeTo));
    }

    /** Adds the studies that Fluxo itself brings. */
    public static void contributeTo(Contributions to) {
        List.of(PreVersusPost.definition(), PlacementStudy.definition(), ComponentStudy.definition(), NormStudy.definition(), DepthStudy.definition(),
                RecallStudy.definition(), InductionStudy.definition(), ContextStudy.definition(), TwinsStudy.definition())
                .forEach(definition -> to.add(StudyDefinition.KIND, definition.name(), definition));
    }

    public Optional<StudyDefinition> find(String name) {
        return studies.stream().filter(definition -> definition.name().equals(name)).findFirst();
    }

    public List<String> names() {
        return studies.stream().map(StudyDefinition::name).toList();
    }

    /**
     * What a file that writes {@code study: name} means where it is silent: a known study's settings, question and expectation, but never its
     * variants; the conditions are those by which any study of this name is judged. Empty for a name that is not known.
     */
    public Optional<Study> defaults(String name) {
        return find(name).map(definition -> definition.study().withVary(Map.of()).withVariants(Map.of()).withTune(Tune.NOTHING));
    }

    /** How a study is judged and shown: a known name brings its rule, which itself refuses settings it says nothing about. */
    public StudyDefinition definition(Study study) {
        return find(study.name()).map(known -> known.with(study)).orElseGet(() -> StudyDefinition.unknown(study));
    }

    /** How a study is judged. */
    public VerdictRule rule(Study study) {
        return definition(study).rule();
    }
}
