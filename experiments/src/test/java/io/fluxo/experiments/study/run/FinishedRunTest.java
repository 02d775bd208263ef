package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyWriter;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.study.run.FinishedRun.JudgedCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims are read from the run of a built-in study that was begun last. */
class FinishedRunTest {

    private static final String RESULTS = """
            {"seed": 7, "backend": "simd", "why": "all conditions are met.", "criteria": [
              {"claim": "residual-trains", "statement": "above 0.2", "measured": "0.3 · 0.4", "met": true},
              {"claim": "ln-gradient", "statement": "above 1", "measured": "0.9", "met": false},
              {"claim": "residual-trains", "statement": "above 0.1", "measured": "0.3", "met": true}]}
            """;

    @TempDir
    Path runs;

    private final Study study = StudyLibrary.standard().find("components").orElseThrow().study();

    private Path run(String name, Study study, String started) throws IOException {
        Path folder = Files.createDirectories(runs.resolve(name));
        Files.writeString(folder.resolve("study.yaml"), StudyWriter.write(study));
        Files.writeString(folder.resolve("environment.json"), "{\"started\": \"" + started + "\"}");
        Files.writeString(folder.resolve("results.json"), RESULTS);
        return folder;
    }

    @Test
    void theLastRunOfThisVerySpecificationIsRead() throws IOException {
        run("a", study, "2026-01-02T00:00:00Z");
        Path last = run("b", study, "2026-01-03T00:00:00Z");
        run("c", study, "2026-01-01T00:00:00Z");
        run("shorter", study.cutTo(10), "2026-01-09T00:00:00Z");
        Files.delete(run("unfinished", study, "2026-01-09T00:00:00Z").resolve("results.json"));
        Files.delete(run("half", study, "2026-01-09T00:00:00Z").resolve("environment.json"));
        Files.delete(run("empty", study, "2026-01-09T00:00:00Z").resolve("study.yaml"));
        FinishedRun found = FinishedRun.latest(runs, "components").orElseThrow();
        assertThat(found.folder()).isEqualTo(last);
        assertThat(found.started()).isEqualTo("2026-01-03T00:00:00Z");
        assertThat(found.backend()).isEqualTo("simd");
        assertThat(found.seed()).isEqualTo(7);
        assertThat(found.why()).isEqualTo("all conditions are met.");
        assertThat(FinishedRun.latest(runs, "depth")).as("another study").isEmpty();
    }

    @Test
    void eachClaimHasItsConditions() throws IOException {
        FinishedRun found = FinishedRun.latest(run("one", study, "2026-01-01T00:00:00Z"), "components").orElseThrow();
        assertThat(found.conditions("residual-trains")).containsExactly(new JudgedCondition("above 0.2", "0.3 · 0.4", true), new JudgedCondition("above 0.1", "0.3", true));
        assertThat(found.conditions("ln-gradient")).isEqualTo(List.of(new JudgedCondition("above 1", "0.9", false)));
        assertThat(found.conditions("other")).isEmpty();
    }

    @Test
    void aRunOfBeforeConditionsWereWrittenCountsToo() throws IOException {
        Path old = run("old", study.withConditions(List.of()), "2026-01-01T00:00:00Z");
        assertThat(FinishedRun.latest(runs, "components")).map(FinishedRun::folder).contains(old);
    }

    @Test
    void withoutRunsThereIsNone() {
        assertThat(FinishedRun.latest(runs, "components")).isEmpty();
        assertThat(FinishedRun.latest(runs.resolve("none"), "components")).isEmpty();
    }

    @Test
    void aDamagedRunIsNamed() throws IOException {
        Files.writeString(run("damaged", study, "2026-01-01T00:00:00Z").resolve("results.json"), "{");
        assertThatThrownBy(() -> FinishedRun.latest(runs, "components")).isInstanceOf(BadInput.class).hasMessageStartingWith("--runs " + runs + ": cannot be read: ");
    }
}
