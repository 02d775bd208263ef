package io.fluxo.cpu.simd;

import io.fluxo.cpu.simd.loops.Activations;
import io.fluxo.cpu.simd.loops.Norms;
import io.fluxo.cpu.simd.loops.Softmaxes;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What works row by row or element by element, on 512 rows of 3072. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:-UseFPUForSpilling"})
public class RowsBenchmark {

    private static final int ROWS = 512;
    private static final int WIDTH = 3072;

    private final float[] x = new float[ROWS * WIDTH];
    private final float[] y = new float[ROWS * WIDTH];
    private final float[] gain = new float[WIDTH];
    private final float[] means = new float[ROWS];
    private final float[] rstds = new float[ROWS];

    @Setup
    public void prepare() {
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 1001 / 250f - 2;
        }
    }

    @Benchmark
    public float[] layerNorm() {
        Norms.forward(x, 0, ROWS, WIDTH, 1e-5, gain, gain, y, means, rstds, null, null);
        return y;
    }

    @Benchmark
    public float[] softmax() {
        Softmaxes.softmax(x, 0, ROWS, WIDTH, y);
        return y;
    }

    @Benchmark
    public float[] geluTanh() {
        for (int from = 0; from < x.length; from += WIDTH) {
            Activations.geluTanh(x, y, from, from + WIDTH);
        }
        return y;
    }
}
