package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.experiments.compare.speed.Crossover;
import io.fluxo.experiments.compare.speed.Crossover.Extent;
import io.fluxo.experiments.compare.speed.Overhead;
import io.fluxo.experiments.compare.speed.SpeedFigures;
import io.fluxo.experiments.compare.speed.SpeedOutcome;
import io.fluxo.experiments.compare.speed.SpeedResult;
import io.fluxo.experiments.compare.speed.SpeedRow;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeedTextTest {

    private static SpeedRow row(String operation, String size, String backend, SpeedOutcome outcome) {
        return new SpeedRow(operation, "forward", size, backend, DType.F32, outcome);
    }

    private static SpeedOutcome measured(double seconds, double gflops, double gbPerS, double intensity) {
        return new SpeedOutcome.Measured(new SpeedFigures(seconds, new Interval(0.9 * seconds, 1.1 * seconds), 9, 1, gflops, gbPerS, intensity, 0.5, 736));
    }

    @Test
    void aLineForEachSizeAndAColumnForEachBackend() {
        SpeedResult result = new SpeedResult(1.25, new Peak(2, 480, 240.4, List.of(new Peak.Bandwidth(24 << 10, 700), new Peak.Bandwidth(1536 << 10, 130), new Peak.Bandwidth(384 << 20, 41.25))), List.of(
                row("add", "1", "a", measured(129e-9, 0.007, 0.093, 0.083)), row("add", "1", "b", new SpeedOutcome.Failed("it fails: java.lang.IllegalStateException: no")),
                row("matMul", "8x8x8", "a", measured(1.5e-3, 123.4, 9, 50)), row("matMul", "8x8x8", "b", measured(2, 0.5, 1, 50)),
                row("matMul", "9x9x9", "a", measured(2e-3, 100, 9, 50)), row("matMul", "9x9x9", "b", new SpeedOutcome.LeftOut("left out for time: 9 s a call")),
                row("exp", "1", "a", measured(1e-6, 1, 8, 0.125)), row("exp", "1", "b", new SpeedOutcome.Unsupported("exp is not written yet"))),
                List.of(new Crossover("matMul", "forward", DType.F32, "a", "b", new Extent.From("8x8x8")), new Crossover("matMul", "forward", DType.F32, "b", "a", new Extent.Never()),
                        new Crossover("add", "forward", DType.F32, "a", "b", new Extent.Always())),
                List.of(new Overhead("a", DType.F32, 129, new Interval(120, 1_245))));
        assertThat(SpeedText.of(result, 200).replace(System.lineSeparator(), "\n")).isEqualTo("""
                others use this machine (load 1.3 a core): times are too long, and compilers may not be through; run it again when it is quiet

                peak with 2 threads: 480 GFLOP/s in f32, 240 in f64; 700 (24 KiB), 130 (1.5 MiB), 41.3 (384 MiB) GB/s

                operation        size    type   a                            b
                add/forward      1       f32    129 ns, 0.09 GB/s, 50 %      failed
                matMul/forward   8x8x8   f32    1.50 ms, 123 GFLOP/s, 50 %   2.00 s, 0.50 GFLOP/s, 50 %
                matMul/forward   9x9x9   f32    2.00 ms, 100 GFLOP/s, 50 %   left out
                exp/forward      1       f32    1.00 µs, 8.00 GB/s, 50 %     unsupported
                % of the roof: the peak, or what memory lets through

                operation        type   faster   than   from size
                matMul/forward   f32    a        b      8x8x8
                add/forward      f32    a        b      always

                backend   type   adding two numbers takes   95 %
                a         f32    129 ns                     120–1,245 ns

                on the Java heap, a call:
                operation     size   type   a           b
                add/forward   1      f32    736 bytes

                b f32: speed/add/forward/1: it fails: java.lang.IllegalStateException: no
                b f32: speed/exp/forward/1: unsupported: exp is not written yet
                b f32: left out for time: matMul/forward from 9x9x9 on
                """);
    }
}
