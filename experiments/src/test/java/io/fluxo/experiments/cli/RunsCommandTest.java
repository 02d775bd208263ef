package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.run.RunLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code runs}: lists runs, and says in what they differ. */
class RunsCommandTest {

    @TempDir
    Path runs;

    private Path a;

    @BeforeEach
    void one() throws IOException {
        a = run("a", Fixtures.SMALL);
    }

    private Path run(String name, String study, String... more) throws IOException {
        Path file = Files.writeString(runs.resolve(name + ".yaml"), study);
        List<Object> arguments = new ArrayList<>(List.of("ablate", file, "--out", runs.resolve(name), "--quiet"));
        arguments.addAll(List.of(more));
        assertThat(Called.with(new SyntheticExecutor(3.1), arguments.toArray()).status()).isZero();
        return runs.resolve(name);
    }

    private static Called called(Object... arguments) {
        return Called.with(new SyntheticExecutor(3.1), arguments);
    }

    private static JsonNode json(Object... arguments) {
        return Json.parse(called(arguments).out());
    }

    private static JsonNode results(Path run) throws IOException {
        return Json.parse(Files.readString(run.resolve("results.json")));
    }

    @Test
    void everyRunIsListedAndEveryOtherFolderNamed() throws Exception {
        Path open = run("open", Fixtures.SMALL);
        Files.delete(open.resolve("results.json"));
        Files.delete(open.resolve("trials/placement=post,seed=2/trial.json"));
        Files.createDirectories(runs.resolve("foreign"));
        Path damaged = run("damaged", Fixtures.SMALL);
        Files.writeString(damaged.resolve("results.json"), "{\"study\": ");
        Called listed = called("runs", runs);
        assertThat(listed.status()).isZero();
        assertThat(listed.out().lines().map(line -> line.replaceAll(" {2,}", "  "))).anyMatch(line -> line.startsWith(a + "  small  ")
                        && line.contains("  simd f32  finished, 4 trials  inconclusive  ") && line.endsWith(" placement=" + lowest()))
                .anyMatch(line -> line.startsWith(open + "  small  ") && line.contains("  interrupted, 3 of 4 trials  –  –")).hasSize(3);
        assertThat(listed.err().lines()).hasSize(2).anyMatch(line -> line.startsWith("fluxo: skipped: " + damaged.resolve("results.json") + ": cannot be read: not JSON"))
                .anyMatch(line -> line.equals("fluxo: skipped: " + runs.resolve("foreign") + ": not the folder of a run: it lacks study.yaml and environment.json"));
    }

    private String lowest() {
        try {
            JsonNode variants = results(a).path("variants");
            return variants.get(0).path("final_loss").path("mean").doubleValue() < variants.get(1).path("final_loss").path("mean").doubleValue() ? "pre" : "post";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aRunThatAProcessIsAtWorkInIsRunning() throws Exception {
        Files.delete(a.resolve("results.json"));
        assertThat(json("runs", runs, "--json", "-").path("runs").get(0).path("state").asString()).isEqualTo("interrupted");
        Files.createDirectory(a.resolve("work"));
        assertThat(json("runs", runs, "--json", "-").path("runs").get(0).path("state").asString()).isEqualTo("shared");
        Files.delete(a.resolve("work"));
        try (RunLock _ = RunLock.take(a)) {
            JsonNode run = json("runs", runs, "--json", "-").path("runs").get(0);
            assertThat(run.path("state").asString()).isEqualTo("running");
            assertThat(run.path("trials_done").asInt()).isEqualTo(4);
            assertThat(run.path("verdict").isNull()).isTrue();
        }
    }

    @Test
    void whatDiffersIsNamedWithBothValues() throws Exception {
        Path b = run("b", Fixtures.SMALL.replace("steps: 30", "steps: 20").replace("[pre, post]", "[pre]"), "--seed", "5");
        Called told = called("runs", a, b).succeeded();
        assertThat(told.out()).contains("study: 2 differences", "environment: 1 difference", "results: they differ; final loss");
        JsonNode compared = json("runs", a, b, "--json", "-");
        assertThat(Json.line(compared.path("study"))).isEqualTo("[{\"key\":\"training.steps\",\"values\":[\"30\",\"20\"]},"
                + "{\"key\":\"vary.model.placement\",\"values\":[\"[pre, post]\",\"[pre]\"]}]");
        assertThat(Json.line(compared.path("environment"))).isEqualTo("[{\"key\":\"seed\",\"values\":[\"1\",\"5\"]}]");
        assertThat(compared.path("identical_results").booleanValue()).isFalse();
        double before = results(a).path("variants").get(0).path("final_loss").path("mean").doubleValue();
        double after = results(b).path("variants").get(0).path("final_loss").path("mean").doubleValue();
        assertThat(compared.path("variants").get(0).path("difference").doubleValue()).isEqualTo(after - before).isNotZero();
        assertThat(compared.path("variants").get(0).path("runs").get(1).path("outcomes").path("finished").asInt()).isEqualTo(2);
        assertThat(compared.path("variants").get(1).path("runs").get(1).isNull()).as("the variant that one run lacks").isTrue();
    }

    @Test
    void theSameBytesAreSaidToBeTheSame() throws Exception {
        Path b = run("b", Fixtures.SMALL);
        assertThat(called("runs", a, b).succeeded().out()).contains("study: no difference", "environment: no difference", "results: identical, byte by byte; final loss");
        Files.writeString(b.resolve("results.json"), Files.readString(b.resolve("results.json")) + "\n");
        assertThat(called("runs", a, b).succeeded().out()).contains("results: they differ");
    }

    /** Nothing that is trained depends on it, but a verdict does. */
    @Test
    void whatARunIsJudgedByIsADifference() throws Exception {
        Path b = run("b", Fixtures.SMALL + "conditions: [{measure: final_loss, of: placement=pre, below: 50}]\n");
        assertThat(called("runs", a, b).succeeded().out()).contains("study: 2 differences").containsPattern("conditions +none +1 of its own")
                .containsPattern("expected +inconclusive +holds");
    }

    @Test
    void threeRunsStandSideBySideWithWhatBecameOfTheirTrials() throws Exception {
        Path b = run("b", Fixtures.SMALL.replace("batch: 2", "batch: 2, lr: 2"));
        Path c = run("c", Fixtures.SMALL);
        Files.delete(c.resolve("results.json"));
        String told = called("runs", a, b, c).succeeded().out();
        assertThat(told).containsPattern("variant +A +B +C").containsPattern("placement=pre +\\S+ ± \\S+ +–, 2 diverged +–")
                .contains("results: C has not finished; final loss").doesNotContain("B − A");
        JsonNode compared = json("runs", a, b, c, "--json", "-");
        assertThat(Json.line(compared.path("study").get(0))).isEqualTo("{\"key\":\"training.lr\",\"values\":[\"5e-3\",\"2\",\"5e-3\"]}");
    }

    @Test
    void whatIsNoRunIsRefused() {
        called("runs", runs.resolve("nowhere")).refused(2, runs.resolve("nowhere") + ": no such folder");
        called("runs", a, runs).refused(2, runs + ": not the folder of a run: it lacks study.yaml and environment.json");
    }
}
