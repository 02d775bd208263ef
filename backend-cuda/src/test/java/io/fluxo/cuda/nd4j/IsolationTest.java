package io.fluxo.cuda.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** nd4j stays in its own world, and its memory within bounds; skipped where {@code ./fluxo install nd4j-native} has not been run. */
class IsolationTest {

    private static final int WARM_UP = 200;

    private final Installation installation = Installation.here();

    @BeforeEach
    void requireNatives() {
        if (installation.of(Natives.NATIVE) instanceof Installation.State.Absent(String reason)) {
            assumeTrue(false, reason);
        }
    }

    private Backend open(DType dtype, int threads) {
        return new Nd4jProvider(Natives.NATIVE, installation, new CudaDriver()).open(new BackendOptions(dtype, 0, threads));
    }

    @Test
    void severalBackendsShareOneWorldOfTheirOwn() {
        try (Backend one = open(DType.F32, 1); Backend other = open(DType.F64, 1)) {
            ClassLoader world = one.getClass().getClassLoader();
            assertThat(other.getClass().getClassLoader()).isSameAs(world);
            assertThat(world.getName()).isEqualTo("nd4j");
            assertThat(world).isNotSameAs(Backend.class.getClassLoader());
            assertThat(world).extracting(loader -> loaded(loader, "org.nd4j.linalg.factory.Nd4j").getClassLoader()).isSameAs(world);
            assertThat(loaded(world, "io.fluxo.backend.Backend")).isSameAs(Backend.class);
            assertThat(Thread.currentThread().getContextClassLoader()).isNotSameAs(world);
            assertThat(one.download(new Ops(one).exp(one.upload(HostArray.of(Shape.of(1), 0f)))).scalar()).isEqualTo(1);
        }
    }

    @Test
    void theKernelsListedAreThoseThatRun() {
        Nd4jProvider provider = new Nd4jProvider(Natives.NATIVE, installation, new CudaDriver());
        List<FusedOp> all = List.of(new FusedOp.Linear(true), new FusedOp.Relu(), new FusedOp.Gelu(true), new FusedOp.Softmax(), new FusedOp.LogSoftmax(),
                new FusedOp.LayerNorm(1e-5, true), new FusedOp.RmsNorm(1e-5, true), new FusedOp.CrossEntropy(), new FusedOp.Dropout(0.5));
        try (Backend backend = provider.open(BackendOptions.DEFAULT)) {
            List<String> fused = all.stream().filter(backend::fuses).map(FusedOp::name).toList();
            assertThat(provider.probe()).isInstanceOfSatisfying(Availability.Available.class, it -> assertThat(it.kernels()).isEqualTo(fused));
            assertThat(provider.probe()).isInstanceOfSatisfying(Availability.Available.class,
                    it -> assertThat(it.dtypes()).isEqualTo(backend.dtypes()));
        }
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        double[] losses = losses(1, 20);
        assertThat(losses(4, 20)).isEqualTo(losses);
    }

    /** In a process whose Java heap cannot grow, so that what grows is nd4j's. */
    @Test
    void trainingTakesNoMoreMemoryTheLongerItLasts() throws IOException, InterruptedException {
        Process soak = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Dfluxo.home=" + System.getProperty("fluxo.home"),
                "-cp", System.getProperty("java.class.path"), Soak.class.getName(), Integer.toString(2 * WARM_UP), Integer.toString(WARM_UP))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<Long> resident = new String(soak.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> line.startsWith("step "))
                .map(line -> Long.parseLong(line.replaceAll(".*resident (\\d+) KiB.*", "$1"))).toList();
        assertThat(soak.waitFor()).isZero();
        assertThat(resident).hasSize(2);
        assertThat(resident.getLast()).as("KiB after %d and %d steps: %s", WARM_UP, 2 * WARM_UP, resident).isLessThan((long) (1.05 * resident.getFirst()));
    }

    private double[] losses(int threads, int steps) {
        try (Backend backend = open(DType.F32, threads)) {
            var trainer = Soak.trainer(backend);
            double[] losses = new double[steps];
            for (int t = 1; t <= steps; t++) {
                losses[t - 1] = Soak.step(trainer, t);
            }
            return losses;
        }
    }

    private static Class<?> loaded(ClassLoader loader, String name) {
        try {
            return loader.loadClass(name);
        } catch (ClassNotFoundException missing) {
            throw new AssertionError(missing);
        }
    }
}
