package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.StudyWriter;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program on its real backends. */
class LaboratoryTest {

    @TempDir
    Path folder;

    private Path study;

    private record Ran(int status, String out, String err) {}

    @BeforeEach
    void writeStudy() throws IOException {
        study = Files.writeString(folder.resolve("tiny.yaml"), """
                study: tiny
                task: {kind: markov, states: 7}
                model: {n_layers: 2, d_model: 12, n_heads: 3, d_mlp: 20, n_ctx: 9, norm_affine: true, dropout: 0.1}
                training: {batch: 3, steps: 12, eval_every: 6, lr: 1e-2, warmup: 4}
                vary: {model.placement: [pre, post]}
                seeds: 2
                """);
    }

    @Test
    void resultsDependNeitherOnJobsNorOnThreads() throws IOException {
        byte[] first = results("one", "--jobs", "1", "--threads", "1");
        assertThat(results("two", "--jobs", "2", "--threads", "1")).isEqualTo(first);
        assertThat(results("three", "--jobs", "2", "--threads", "3")).isEqualTo(first);
    }

    @Test
    void resumingGivesTheSameResults() throws IOException {
        byte[] undisturbed = results("whole", "--jobs", "1");
        Path again = folder.resolve("again");
        fluxo("ablate", study, "--out", again, "--quiet");
        Files.delete(again.resolve("trials/placement=post,seed=1/trial.json"));
        Files.delete(again.resolve("results.json"));
        assertThat(fluxo("ablate", "--resume", again, "--quiet").status).isZero();
        assertThat(Files.readAllBytes(again.resolve("results.json"))).isEqualTo(undisturbed);
    }

    @Test
    void theSameSeedLearnsTheSameOnTheReference() throws IOException {
        List<Double> simd = losses("simd");
        List<Double> ejml = losses("ejml");
        assertThat(simd).hasSameSizeAs(ejml);
        for (int t = 0; t < simd.size(); t++) {
            assertThat(simd.get(t)).as("step %d", t + 1).isCloseTo(ejml.get(t), Offset.offset(1e-5));
        }
    }

    /** Tuning, families of every kind, examinations: in one study that is small enough. */
    private static final String RECALL = """
            study: small-recall
            task: {kind: recall, pairs: [1, 3], keys: 5, values: 4}
            model: {n_layers: 1, d_model: 8, d_mlp: 8, n_ctx: 6}
            training: {batch: 4, steps: 6, lr: 1e-2}
            variants:
              attention: {}
              gru: {model.family: gru}
              rnn: {model.family: rnn}
              ngram: {model.family: ngram}
            tune: {steps: 4, over: {training.lr: [1e-3, 1e-2], model.d_model: [8, 12]}, instead: {ngram: {model.ngram_order: [2, 3]}}}
            seeds: 2
            """;

    @Test
    void everyFamilyIsTunedTrainedAndExamined() throws IOException {
        Path file = Files.writeString(folder.resolve("recall.yaml"), RECALL);
        Ran ran = fluxo("ablate", file, "--out", folder.resolve("first"), "--quiet", "--jobs", "1");
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.out).contains("tuned: chosen");
        var results = Json.parse(Files.readString(folder.resolve("first/results.json")));
        assertThat(results.path("tuning").size()).isEqualTo(4);
        assertThat(results.path("tuning").get(1).path("tried").size()).isEqualTo(4);
        assertThat(results.path("tuning").get(3).path("chosen").path("model.ngram_order").isNumber()).isTrue();
        assertThat(results.path("variants").size()).isEqualTo(4);
        results.path("variants").forEach(variant -> variant.path("trials").forEach(trial -> {
            assertThat(trial.path("outcome").asString()).as(trial.toString()).isEqualTo("finished");
            assertThat(trial.path("figures").path("accuracy_at_3_pairs").doubleValue()).isBetween(0.0, 1.0);
            assertThat(trial.path("curves").size()).isEqualTo(2);
        }));
        assertThat(folder.resolve("first/report.html")).content().contains("Tuned before").contains("training.lr 1e-3, model.d_model 12");
        assertThat(folder.resolve("first/trials/tune-gru,training.lr=1e-3,model.d_model=12/trial.json")).exists();

        fluxo("ablate", file, "--out", folder.resolve("again"), "--quiet", "--jobs", "2");
        byte[] undisturbed = Files.readAllBytes(folder.resolve("first/results.json"));
        assertThat(Files.readAllBytes(folder.resolve("again/results.json"))).as("with two jobs").isEqualTo(undisturbed);
        Files.delete(folder.resolve("again/trials/tune-rnn,training.lr=0.01,model.d_model=8/trial.json"));
        Files.delete(folder.resolve("again/trials/rnn,seed=2/trial.json"));
        Files.delete(folder.resolve("again/results.json"));
        assertThat(fluxo("ablate", "--resume", folder.resolve("again"), "--quiet").status).isZero();
        assertThat(Files.readAllBytes(folder.resolve("again/results.json"))).as("resumed").isEqualTo(undisturbed);
    }

    /** The rate goes up for as long as it may, so that there are three rounds of it. */
    private static final String OUTWARD = """
            study: outward
            task: {kind: markov, states: 5}
            model: {n_layers: 1, d_model: 8, d_mlp: 8, n_heads: 2, n_ctx: 6}
            training: {batch: 4, steps: 12, warmup: 1}
            vary: {model.placement: [pre, post]}
            tune: {steps: 12, over: {training.lr: [1e-5, 3e-5]}, extend: 2, seeds: 2}
            seeds: 1
            """;

    @Test
    void tuningThatGoesOnDependsNeitherOnJobsNorOnWhereItWasInterrupted() throws IOException {
        Path file = Files.writeString(folder.resolve("outward.yaml"), OUTWARD);
        Path first = folder.resolve("first");
        Ran ran = fluxo("ablate", file, "--out", first, "--quiet", "--jobs", "1");
        assertThat(ran.status).as(ran.err).isZero();
        byte[] undisturbed = Files.readAllBytes(first.resolve("results.json"));
        var tuning = Json.parse(Files.readString(first.resolve("results.json"))).path("tuning");
        tuning.forEach(choice -> {
            assertThat(choice.path("chosen").path("training.lr").doubleValue()).isEqualTo(3e-4);
            assertThat(choice.path("ended").toString()).isEqualTo("[{\"key\":\"training.lr\",\"how\":\"edge\",\"why\":\"tune.extend: 2\"}]");
            assertThat(choice.path("tried").valueStream().map(tried -> tried.path("id").asString()).skip(4)).allMatch(id -> id.matches("tune-placement=(pre|post),training.lr=[13]e-4,seed=[23]"))
                    .hasSize(4);
        });
        assertThat(ran.out).contains("chose training.lr 3e-4, the largest that was tried: a better one may lie beyond, so have the search go on by more than 2 (tune.extend).");

        Path again = folder.resolve("again");
        fluxo("ablate", file, "--out", again, "--quiet", "--jobs", "2");
        assertThat(Files.readAllBytes(again.resolve("results.json"))).as("with two jobs").isEqualTo(undisturbed);
        // as if it had ended in the midst of the first step outward: a seed of it is there, and nothing of what came later
        for (String trial : List.of("tune-placement=pre,training.lr=1e-4,seed=3", "tune-placement=pre,training.lr=3e-4,seed=2", "tune-placement=pre,training.lr=3e-4,seed=3",
                "tune-placement=post,training.lr=3e-4,seed=2", "placement=pre,seed=1", "placement=post,seed=1")) {
            Files.delete(again.resolve("trials").resolve(trial).resolve("trial.json"));
        }
        Files.delete(again.resolve("results.json"));
        byte[] kept = Files.readAllBytes(again.resolve("trials/tune-placement=pre,training.lr=1e-4,seed=2/trial.json"));
        assertThat(fluxo("ablate", "--resume", again, "--quiet").status).isZero();
        assertThat(Files.readAllBytes(again.resolve("results.json"))).as("resumed").isEqualTo(undisturbed);
        assertThat(again.resolve("trials/tune-placement=pre,training.lr=1e-4,seed=2/trial.json")).as("not trained again").hasBinaryContent(kept);
    }

    @Test
    void whatDiffersByLayerCanBeVaried() throws IOException {
        Path file = Files.writeString(folder.resolve("layers.yaml"), """
                study: layers
                task: {kind: markov, states: 5}
                model: {n_layers: 2, d_model: 8, d_mlp: 8, n_ctx: 6}
                training: {batch: 2, steps: 2}
                vary: {model.ffn: [true, {default: true, "0": false}], task.states: [5, 6]}
                seeds: 1
                """);
        Path out = folder.resolve("layers");
        assertThat(fluxo("ablate", file, "--out", out, "--quiet").status).isZero();
        var variants = Json.parse(Files.readString(out.resolve("results.json"))).path("variants");
        assertThat(variants.size()).isEqualTo(4);
        assertThat(variants.get(2).path("vary").path("model.ffn").path("0").booleanValue()).isFalse();
        assertThat(variants.get(2).path("parameters").longValue()).isLessThan(variants.get(0).path("parameters").longValue());
        byte[] first = Files.readAllBytes(out.resolve("results.json"));
        Files.delete(out.resolve("results.json"));
        assertThat(fluxo("ablate", "--resume", out, "--quiet").status).as("study.yaml reads back").isZero();
        assertThat(Files.readAllBytes(out.resolve("results.json"))).isEqualTo(first);
    }

    @Test
    void claimsThatNeedTrainingAreReadFromTheLatestRun() throws IOException {
        Ran skipped = fluxo("verify", "theorem-2-trained", "--runs", folder.resolve("none"));
        assertThat(skipped.status).as(skipped.err).isZero();
        assertThat(skipped.out).contains("skipped").contains("./fluxo ablate recall");
        Path run = Files.createDirectories(folder.resolve("runs/recall-1"));
        Files.writeString(run.resolve("study.yaml"), StudyWriter.write(StudyLibrary.standard().find("recall").orElseThrow().study()));
        Files.writeString(run.resolve("environment.json"), "{\"started\": \"2026-01-01T00:00:00Z\"}");
        String results = "{\"backend\": \"simd\", \"seed\": 1, \"criteria\": [{\"claim\": \"theorem-2-trained\", \"statement\": \"s\", \"measured\": \"0.99\", \"met\": %s}]}";
        Files.writeString(run.resolve("results.json"), results.formatted("true"));
        Ran holds = fluxo("verify", "theorem-2-trained", "--runs", folder.resolve("runs"));
        assertThat(holds.status).isZero();
        assertThat(holds.out).contains("holds").contains("0.99");
        Files.writeString(run.resolve("results.json"), results.formatted("false"));
        Ran refuted = fluxo("verify", "theorem-2-trained", "--runs", run);
        assertThat(refuted.status).isEqualTo(1);
        assertThat(refuted.out).contains("refuted");
        Files.writeString(run.resolve("study.yaml"), "study: recall\n");
        assertThat(fluxo("verify", "theorem-2-trained", "--runs", folder.resolve("runs")).out).as("another specification").contains("skipped");
    }

    @Test
    void everyTrialProvesItsModelFirst() throws IOException {
        results("proved");
        assertThat(folder.resolve("proved/trials/placement=post,seed=1/trial.json")).content().contains("d preserved at 13 hook points: proved");
    }

    @Test
    void whatCannotRunSaysWhy() {
        Ran missing = fluxo("ablate", study, "--backend", "nd4j", "--out", folder.resolve("x"));
        assertThat(missing.status).isEqualTo(3);
        assertThat(missing.err).contains("nd4j").contains("natives not installed").contains("simd");
        Ran unknown = fluxo("ablate", study, "--backend", "smd", "--out", folder.resolve("x"));
        assertThat(unknown.status).isBetween(2, 3);
        assertThat(unknown.err).contains("smd").contains("ejml").contains("simd");
        Ran refused = fluxo("ablate", study, "--dtype", "f64", "--out", folder.resolve("x"));
        assertThat(refused.status).isEqualTo(3);
        assertThat(refused.err).contains("--dtype f64: the backend 'simd' computes in f32; use --backend ejml");
        Ran nowhere = fluxo("ablate", study, "--dtype", "bf16", "--out", folder.resolve("x"));
        assertThat(nowhere.status).isEqualTo(3);
        assertThat(nowhere.err).contains("--dtype bf16: the backend 'simd' computes in f32; no backend that can run here has bf16").doesNotContain("ejml");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void backendsListsAllOfThem() {
        Ran ran = fluxo("backends");
        assertThat(ran.status).isZero();
        assertThat(ran.out).contains("ejml", "nd4j", "simd", "natives not installed", "attention");
    }

    private byte[] results(String name, Object... options) throws IOException {
        Path out = folder.resolve(name);
        Ran ran = fluxo(Stream.concat(Stream.of("ablate", study, "--out", out, "--quiet"), Arrays.stream(options)).toArray());
        assertThat(ran.status).as(ran.err).isZero();
        return Files.readAllBytes(out.resolve("results.json"));
    }

    private List<Double> losses(String backend) throws IOException {
        Path out = folder.resolve(backend);
        fluxo("ablate", study, "--out", out, "--quiet", "--backend", backend);
        try (Stream<String> lines = Files.lines(out.resolve("trials/placement=post,seed=1/metrics.jsonl"))) {
            return lines.map(Json::parse).map(json -> json.path("loss").asDouble()).toList();
        }
    }

    private static Ran fluxo(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, Laboratory::open).run(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
