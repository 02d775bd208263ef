package io.fluxo.cpu.simd;

import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.products.Gemm;
import io.fluxo.cpu.simd.products.Gemm.Batch;
import io.fluxo.cpu.simd.products.Gemm.Product;
import io.fluxo.cpu.simd.products.StridedMatrix;
import io.fluxo.cpu.simd.workers.Workers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Products m × n × k, with either side as it lies or transposed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:-UseFPUForSpilling"})
public class ProductBenchmark {

    @Param({"64x64x64", "128x128x128", "512x512x512", "512x3072x768"})
    public String size;

    @Param({"AB", "AtB", "ABt"})
    public String sides;

    @Param({"1", "2"})
    public int threads;

    private Workers workers;
    private StridedMatrix c;
    private Runnable product;

    @Setup
    public void prepare() {
        String[] sizes = size.split("x");
        int m = Integer.parseInt(sizes[0]);
        int n = Integer.parseInt(sizes[1]);
        int k = Integer.parseInt(sizes[2]);
        workers = new Workers(threads);
        StridedMatrix a = sides.startsWith("At") ? StridedMatrix.of(values(m * k), m).transposed() : StridedMatrix.of(values(m * k), k);
        StridedMatrix b = sides.endsWith("Bt") ? StridedMatrix.of(values(k * n), k).transposed() : StridedMatrix.of(values(k * n), n);
        c = StridedMatrix.of(new float[m * n], n);
        product = new Gemm(new Memory(), workers).plan(List.of(Batch.of(new Product(m, n, k, a, b, c, null))));
    }

    @TearDown
    public void finish() {
        workers.close();
    }

    @Benchmark
    public float[] multiply() {
        product.run();
        return c.array();
    }

    private static float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i % 13 / 8f - 0.75f;
        }
        return values;
    }
}
