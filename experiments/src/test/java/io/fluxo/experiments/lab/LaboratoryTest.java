package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import io.fluxo.experiments.file.Json;
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
        assertThat(refused.err).contains("ejml");
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
