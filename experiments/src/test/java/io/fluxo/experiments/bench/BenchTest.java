package io.fluxo.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.bench.Bench.Line;
import io.fluxo.experiments.bench.Bench.Peers;
import io.fluxo.experiments.bench.BenchCase.Nonlinearity;
import io.fluxo.experiments.bench.BenchCase.Rule;
import io.fluxo.experiments.bench.BenchCase.What;
import io.fluxo.tensor.DType;
import io.fluxo.train.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of case on simd at a small size, and the turns that a peer takes. */
class BenchTest {

    @TempDir
    Path folder;

    private static BenchCase small(What what) {
        return new BenchCase(what, 2, 5, 8, 2, 16, 1, 11, 1, 0.001, 0, "post", Nonlinearity.RELU, Rule.ADAMW, true, DType.F32, List.of(4, 6));
    }

    private static Bench bench(What what) {
        return new Bench(small(what), () -> new SimdProvider().open(new BackendOptions(DType.F32, 0, 1)), Fixtures.CATALOG);
    }

    /** @param products floating-point operations of the last step: 10 tokens by 1,024 for the weights and 80 for causal attention, three times; and 1,760 for the logits */
    @ParameterizedTest
    @CsvSource({"BLOCK, forward forward_backward, 33120", "TRAIN, train, 0", "MODEL, forward, 12800", "MATMUL, matmul 4x4x4;matmul 6x6x6, 432",
            "ATTENTION, forward forward_backward, 3360"})
    void isTimedAndCounted(What what, String steps, double products) {
        List<Line> lines = bench(what).alone(_ -> {});
        assertThat(lines).extracting(line -> line.timing().step()).containsExactly(steps.split(what == What.MATMUL ? ";" : " "));
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.peer()).isEqualTo("fluxo-simd");
            assertThat(line.timing().best()).isPositive().isLessThanOrEqualTo(line.timing().median());
        });
        Line last = lines.getLast();
        assertThat(last.gflops().map(gflops -> gflops * last.timing().median() * 1e6).orElse(0.0)).isCloseTo(products, within(products * 1e-9));
    }

    @Test
    void adamwIsPyTorchs() {
        TrainingSpec training = small(What.TRAIN).training();
        assertThat(training.get(TrainingSpec.OPTIMIZER)).hasToString("adamw");
        assertThat(training.get(TrainingSpec.WEIGHT_DECAY)).isEqualTo(0.01);
        assertThat(training.get(TrainingSpec.DECAY)).isEqualTo(TrainingSpec.Decay.ALL);
        assertThat(small(What.TRAIN).spec().violations(Fixtures.CATALOG)).isEmpty();
    }

    @Test
    void shortCallsAreTimedInRunsAndCountedOneByOne() {
        List<Integer> runs = new ArrayList<>();
        Timing timing = Timing.inRuns("step", 0.001, times -> {
            runs.add(times);
            long end = System.nanoTime() + times * 500_000L;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        });
        assertThat(runs.getLast()).as("at least 2 ms of calls of at least 0.5 ms, unless one was held up").isBetween(1, 4);
        assertThat(runs.subList(runs.size() - 5, runs.size())).containsOnly(runs.getLast());
        assertThat(timing.runs() % runs.getLast()).isZero();
        assertThat(timing.best()).isBetween(0.5, timing.median());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aPeerIsPreparedOnceAndTakesTurns() throws IOException {
        Path python = python("""
                echo "$@" >>"%s"
                name=torch; case "$*" in *--compile*) name=torch-compile ;; esac
                ms=1
                while read -r _; do
                  echo "{\\"peer\\": \\"$name\\", \\"step\\": \\"train\\", \\"ms\\": $ms, \\"best_ms\\": 1, \\"runs\\": 4, \\"peak_bytes\\": 77}"
                  echo
                  ms=$((10 * ms))
                done
                """);
        List<String> turns = new ArrayList<>();
        Map<String, List<Line>> summary = bench(What.TRAIN).beside(new Peers(python.toString(), "cuda", List.of(false, true)), 3, line -> turns.add(line.peer()));
        assertThat(turns).containsExactly("fluxo-simd", "torch", "torch-compile", "fluxo-simd", "torch", "torch-compile", "fluxo-simd", "torch", "torch-compile");
        List<Line> lines = summary.get("train");
        assertThat(lines).extracting(Line::peer).containsExactly("fluxo-simd", "torch", "torch-compile");
        assertThat(lines.get(1).timing().median()).as("the median of 1, 10 and 100").isEqualTo(10);
        assertThat(lines.get(1).peakBytes()).hasValue(77);
        assertThat(lines.getFirst().peakBytes()).isEmpty();
        List<String> started = Files.readAllLines(folder.resolve("started"));
        assertThat(started).hasSize(2).allMatch(options -> options.contains(" train ") && options.contains("--optimizer adamw --dtype f32 --sizes 4 6 --tied --device cuda --rounds"));
        // both are started at once: which of them writes first is not said
        assertThat(started).anyMatch(options -> options.endsWith("--rounds")).anyMatch(options -> options.endsWith("--rounds --compile"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aPeerThatEndsSaysWhy() throws IOException {
        Path python = python("""
                echo "$@" >>"%s"
                read -r _
                echo "Traceback" >&2
                echo "CUDA out of memory" >&2
                exit 1
                """);
        assertThatThrownBy(() -> bench(What.TRAIN).beside(new Peers(python.toString(), "cuda", List.of(false)), 1, _ -> {})).isInstanceOf(BadInput.class)
                .hasMessage("--peer " + python + ": the peer's script failed: CUDA out of memory");
        assertThatThrownBy(() -> bench(What.TRAIN).beside(new Peers(folder.resolve("none").toString(), "cpu", List.of(false)), 1, _ -> {})).isInstanceOf(BadInput.class)
                .hasMessageContaining("give a Python that has torch");
    }

    /** @param script with the name of a file that it writes its arguments to */
    private Path python(String script) throws IOException {
        Path python = folder.resolve("python");
        Files.writeString(python, "#!/usr/bin/env bash\n" + script.replace("%s", folder.resolve("started").toString()));
        assertThat(python.toFile().setExecutable(true)).isTrue();
        return python;
    }
}
