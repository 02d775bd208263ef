package io.fluxo.cuda.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A library stays in its own world, and its memory within bounds; skipped where its natives are not installed. */
public abstract class WorldContract {

    private static final int WARM_UP = 200;

    private final Natives natives;
    private final String world;
    private final String ofTheLibrary;

    /**
     * @param natives      what must be installed
     * @param world        the world's name
     * @param ofTheLibrary a class that only that world sees
     */
    protected WorldContract(Natives natives, String world, String ofTheLibrary) {
        this.natives = natives;
        this.world = world;
        this.ofTheLibrary = ofTheLibrary;
    }

    protected abstract BackendProvider provider();

    @BeforeEach
    final void requireNatives() {
        if (Installation.here().of(natives) instanceof Installation.State.Absent(String reason)) {
            assumeTrue(false, reason);
        }
    }

    private Backend open(DType dtype, int threads) {
        return provider().open(new BackendOptions(dtype, 0, threads));
    }

    @Test
    void severalBackendsShareOneWorldOfTheirOwn() {
        try (Backend one = open(DType.F32, 1); Backend other = open(DType.F64, 1)) {
            ClassLoader loader = one.getClass().getClassLoader();
            assertThat(other.getClass().getClassLoader()).isSameAs(loader);
            assertThat(loader.getName()).isEqualTo(world);
            assertThat(loader).isNotSameAs(Backend.class.getClassLoader());
            assertThat(loaded(loader, ofTheLibrary).getClassLoader()).isSameAs(loader);
            assertThat(loaded(loader, "io.fluxo.backend.Backend")).isSameAs(Backend.class);
            assertThat(Thread.currentThread().getContextClassLoader()).isNotSameAs(loader);
            assertThat(one.download(new Ops(one).exp(one.upload(HostArray.of(Shape.of(1), 0f)))).scalar()).isEqualTo(1);
        }
    }

    @Test
    void theKernelsListedAreThoseThatRun() {
        List<FusedOp> all = List.of(new FusedOp.Linear(true), new FusedOp.Relu(), new FusedOp.Gelu(true), new FusedOp.Softmax(), new FusedOp.LogSoftmax(),
                new FusedOp.LayerNorm(1e-5, true), new FusedOp.RmsNorm(1e-5, true), new FusedOp.Attention(Mask.CAUSAL, Scalar.ONE, false),
                new FusedOp.Rotate(Pairs.HALVES), new FusedOp.CrossEntropy(), new FusedOp.Dropout(0.5));
        try (Backend backend = open(DType.F32, 1)) {
            List<String> fused = all.stream().filter(backend::fuses).map(FusedOp::name).toList();
            assertThat(provider().probe()).isInstanceOfSatisfying(Availability.Available.class, it -> {
                assertThat(it.kernels()).isEqualTo(fused);
                assertThat(it.dtypes()).isEqualTo(backend.dtypes());
            });
        }
    }

    @Test
    void theSameTrainingGivesTheSameBits() {
        double[] losses = losses(2, 20);
        assertThat(losses(2, 20)).isEqualTo(losses);
    }

    /** In a process whose Java heap cannot grow, so that what grows is the library's. */
    @Test
    void trainingTakesNoMoreMemoryTheLongerItLasts() throws IOException, InterruptedException {
        Process soak = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Dfluxo.home=" + System.getProperty("fluxo.home"),
                "-cp", System.getProperty("java.class.path"), Soak.class.getName(), natives.name(), Integer.toString(2 * WARM_UP), Integer.toString(WARM_UP))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<Long> resident = new String(soak.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> line.startsWith("step "))
                .map(line -> Long.parseLong(line.replaceAll(".*resident (\\d+) KiB.*", "$1"))).toList();
        assertThat(soak.waitFor()).isZero();
        assertThat(resident).hasSize(2);
        assertThat(resident.getLast()).as("KiB after %d and %d steps: %s", WARM_UP, 2 * WARM_UP, resident).isLessThan((long) (1.05 * resident.getFirst()));
    }

    /** The losses of the first steps of one training. */
    protected final double[] losses(int threads, int steps) {
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
