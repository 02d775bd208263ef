package io.fluxo.experiments.compare.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.onnx.OnnxOutcome.Verdict;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files, and models that ask for too much: each ends in a verdict or in one message, quickly and in little memory. */
class HostileOnnxTest {

    /** For each file of each test. */
    private static final int FLIPS = 200;

    @TempDir
    private Path folder;
    private Backend backend;

    @BeforeEach
    void open() {
        backend = new SimdProvider().open(BackendOptions.DEFAULT);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private static Given attention() {
        HostArray x = HostArray.of(Shape.of(1, 2, 4), 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f);
        HostArray mask = HostArray.of(Shape.of(2, 2), true, false, true, true);
        return Given.node("Attention", 24).in(x).in(x).in(x).in(mask).whole("q_num_heads", 2).whole("kv_num_heads", 2).real("scale", 0.5).out(x);
    }

    private static Given slices() {
        HostArray x = HostArray.of(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
        return Given.node("Slice", 13).in(x).in(longs(0)).in(longs(2)).in(longs(1)).in(longs(1)).out(x);
    }

    private static HostArray longs(long... values) {
        return HostArray.of(Shape.of(values.length), values);
    }

    @Test
    @Timeout(120)
    void aFileCutOffAnywhereEndsInAMessage() throws IOException {
        OnnxTest test = attention().writtenTo(folder);
        for (Path file : files(test)) {
            byte[] whole = Files.readAllBytes(file);
            int refused = 0;
            for (int length = 0; length < whole.length; length++) {
                Files.write(file, Arrays.copyOf(whole, length));
                refused += outcome(test, file).isEmpty() ? 1 : 0;
            }
            Files.write(file, whole);
            assertThat(refused).as(file.getFileName() + ": most cuts are noticed").isGreaterThan(whole.length / 2);
        }
    }

    @Test
    @Timeout(240)
    void flippedBytesEndInAVerdictOrAMessage() throws IOException {
        Random random = new Random(42);
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        for (Given given : new Given[] {attention(), slices()}) {
            OnnxTest test = given.writtenTo(folder);
            for (Path file : files(test)) {
                byte[] whole = Files.readAllBytes(file);
                for (int i = 0; i < FLIPS; i++) {
                    byte[] damaged = whole.clone();
                    for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                    }
                    Files.write(file, damaged);
                    outcome(test, file).ifPresent(verdict -> verdicts.merge(verdict, 1, Integer::sum));
                }
                Files.write(file, whole);
            }
        }
        assertThat(verdicts).as("damage reaches the evaluator too").containsKeys(Verdict.FAIL, Verdict.UNSUPPORTED);
    }

    /** The verdict; empty where the files are refused. Any other exception is the test's failure. */
    private Optional<Verdict> outcome(OnnxTest test, Path damaged) {
        try {
            OnnxOutcome outcome = OnnxNodeTests.run(test, backend);
            assertThat(outcome.reason()).doesNotContain("\u001b").doesNotContain("\n");
            return Optional.of(outcome.verdict());
        } catch (BadInput refused) {
            assertThat(refused.getMessage()).as(damaged.toString()).startsWith(test.directory().toString()).doesNotContain("\u001b").doesNotContain("\n");
            return Optional.empty();
        }
    }

    private static Path[] files(OnnxTest test) throws IOException {
        try (var files = Files.walk(test.directory())) {
            return files.filter(Files::isRegularFile).sorted().toArray(Path[]::new);
        }
    }

    @Test
    @Timeout(30)
    void aFewBytesThatAskForMuchAreRefused() {
        HostArray one = HostArray.of(Shape.of(1), 1f);
        OnnxOutcome expanded = run(Given.node("Expand", 13).in(one).in(longs(1 << 23, 1 << 7)).out(one));
        OnnxOutcome padded = run(Given.node("Pad", 13).in(one).in(longs(1 << 24, 1 << 24)).out(one));

        assertThat(expanded.verdict()).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(expanded.reason()).contains("computes more than a test of an operator does");
        assertThat(padded.verdict()).isEqualTo(Verdict.UNSUPPORTED);
    }

    @Test
    void axesAndShapesBeyondAllBoundsAreRefused() {
        HostArray x = HostArray.of(Shape.of(2), 1f, 2f);

        assertThatThrownBy(() -> run(Given.node("Softmax", 13).in(x).whole("axis", Long.MIN_VALUE).out(x))).isInstanceOf(BadInput.class)
                .hasMessageContaining("names the axis -9223372036854775808 of a tensor of 1 axes");
        assertThatThrownBy(() -> run(Given.node("Expand", 13).in(x).in(longs(1L << 40)).out(x))).isInstanceOf(BadInput.class)
                .hasMessageContaining("asks for the shape [1099511627776]");
    }

    private OnnxOutcome run(Given given) {
        return OnnxNodeTests.run(given.writtenTo(folder), backend);
    }
}
