package io.fluxo.experiments.compare.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.onnx.OnnxOutcome.Verdict;
import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a test: that it passes, where it fails, or what is lacking. */
class OnnxNodeTestsTest {

    private static final HostArray X = HostArray.of(Shape.of(2, 2), 1f, 3f, 2f, 6f);

    @TempDir
    private Path folder;

    private static Given norm(float... expected) {
        HostArray gain = HostArray.of(Shape.of(2), 1f, 2f);
        return Given.node("LayerNormalization", 17).in(X).in(gain).in(HostArray.of(Shape.of(2), 0f, 1f)).out(HostArray.of(Shape.of(2, 2), expected));
    }

    private static Given rightNorm() {
        return norm(-1, 3, -1, 3);
    }

    @Test
    void whatIsAsExpectedPasses() {
        OnnxOutcome outcome = simd(rightNorm());

        assertThat(outcome.verdict()).isEqualTo(Verdict.PASS);
        assertThat(outcome.name()).isEqualTo("test_given");
        assertThat(outcome.reason()).isEmpty();
        assertThat(outcome.maxAbs()).isPositive().isLessThan(1e-4);
        assertThat(outcome.maxRel()).isPositive().isLessThan(1e-4);
        assertThat(outcome.seconds()).isPositive();
    }

    @Test
    void anotherExpectedValueIsAFailThatNamesTheElement() {
        OnnxOutcome outcome = simd(norm(-1, 3, -1.5f, 3));

        assertThat(outcome.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(outcome.reason()).startsWith("test_data_set_0: output 'out0', element [1, 0]: got -0.99").endsWith("expected -1.5");
        assertThat(outcome.maxAbs()).isGreaterThan(0.49);
    }

    /** Computes layer norms with another ε than it is asked for. */
    private static final class WrongEps extends DelegatingBackend {

        WrongEps(Backend inner) {
            super("wrong-eps", inner);
        }

        @Override
        public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
            return inner.runFused(op instanceof FusedOp.LayerNorm(double eps, boolean affine) ? new FusedOp.LayerNorm(eps + 0.1, affine) : op, save, inputs);
        }
    }

    @Test
    void aBackendThatComputesWithAnotherEpsFails() {
        try (Backend backend = new WrongEps(new SimdProvider().open(BackendOptions.DEFAULT))) {
            OnnxOutcome outcome = OnnxNodeTests.run(rightNorm().writtenTo(folder), backend);

            assertThat(outcome.verdict()).isEqualTo(Verdict.FAIL);
            assertThat(outcome.reason()).contains("output 'out0', element [0, 0]: got -0.95").contains("expected -1.0, and 3 more of 4");
        }
    }

    /** Has no e^x yet. */
    private static final class Unfinished extends DelegatingBackend {

        Unfinished(Backend inner) {
            super("unfinished", inner);
        }

        @Override
        public Tensor execute(PrimitiveOp op, Tensor... inputs) {
            if (op instanceof PrimitiveOp.Exp) {
                throw new UnsupportedOperationException("exp is not written yet");
            }
            return inner.execute(op, inputs);
        }
    }

    @Test
    void whatABackendDeclaresToLackIsUnsupportedByItsOwnReason() {
        try (Backend backend = new Unfinished(new EjmlProvider().open(BackendOptions.DEFAULT))) {
            OnnxOutcome outcome = OnnxNodeTests.run(Given.node("Exp", 13).in(X).out(X).writtenTo(folder), backend);

            assertThat(outcome.verdict()).isEqualTo(Verdict.UNSUPPORTED);
            assertThat(outcome.reason()).contains("exp is not written yet");
        }
    }

    @Test
    void whatFluxoLacksIsUnsupported() {
        HostArray doubles = HostArray.of(Shape.of(1), 1.0);

        assertThat(unsupported(Given.node("Resize", 19).in(X).out(X))).isEqualTo("the operator 'Resize' is not expressed in Fluxo's operations");
        assertThat(unsupported(Given.node("Softmax", 11).in(X).out(X)))
                .isEqualTo("Softmax is evaluated as of version 13 of its operator set; the model asks for version 11");
        assertThat(unsupported(Given.node("Exp", 13).in(doubles).out(doubles))).isEqualTo("simd computes in f32, not in f64 (the output 'out0')");
        assertThat(unsupported(Given.node("Cast", 13).in(X).whole("to", 10).out(X))).isEqualTo("the type float16 does not exist in Fluxo (what Cast makes)");
        assertThat(unsupported(Given.node("Relu", 14).in(X).out(X).out(X))).isEqualTo("Relu with an output 1, 'out1', is not evaluated");
    }

    @Test
    void whatAnOperatorDoesNotAskForIsNotPassedOver() {
        assertThat(unsupported(Given.node("Relu", 14).in(X).whole("leak", 1).out(X))).isEqualTo("'Relu' with the attribute 'leak' is not evaluated");
        assertThat(unsupported(Given.node("Relu", 14).in(X).in(X).out(X))).isEqualTo("'Relu' with an input 1 is not evaluated");
    }

    private String unsupported(Given given) {
        OnnxOutcome outcome = simd(given);
        assertThat(outcome.verdict()).as(outcome.reason()).isEqualTo(Verdict.UNSUPPORTED);
        return outcome.reason();
    }

    @Test
    void anOperationThatFailsIsAFail() {
        OnnxOutcome outcome = simd(Given.node("Add", 14).in(X).in(HostArray.of(Shape.of(3), 1f, 2f, 3f)).out(X));

        assertThat(outcome.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(outcome.reason()).isEqualTo("Add failed: add: left [2, 2] and right [3]: 2 ≠ 3");
    }

    @Test
    void anotherShapeOrTypeIsAFail() {
        assertThat(simd(Given.node("Identity", 14).in(X).out(HostArray.of(Shape.of(4), 1f, 3f, 2f, 6f))).reason())
                .isEqualTo("test_data_set_0: output 'out0': got [2, 2] of f32, expected [4] of f32");
        assertThat(simd(Given.node("Identity", 14).in(X).out(HostArray.of(Shape.of(2, 2), 1, 3, 2, 6))).reason())
                .isEqualTo("test_data_set_0: output 'out0': got [2, 2] of f32, expected [2, 2] of i32");
    }

    @Test
    void notANumberIsOnlyEqualToItself() {
        HostArray special = HostArray.of(Shape.of(3), Float.NaN, Float.POSITIVE_INFINITY, 0f);

        assertThat(simd(Given.node("Identity", 14).in(special).out(special)).verdict()).isEqualTo(Verdict.PASS);
        OnnxOutcome finite = simd(Given.node("Identity", 14).in(special).out(HostArray.of(Shape.of(3), Float.NaN, Float.MAX_VALUE, 0f)));
        assertThat(finite.reason()).contains("element [1]: got Infinity, expected 3.4028235E38");
        assertThat(finite.maxAbs()).isInfinite();
        assertThat(simd(Given.node("Identity", 14).in(special).out(HostArray.of(Shape.of(3), 0f, Float.POSITIVE_INFINITY, 0f))).reason())
                .contains("element [0]: got NaN, expected 0.0");
        assertThat(simd(Given.node("Identity", 14).in(HostArray.of(Shape.of(1), 0f)).out(HostArray.of(Shape.of(1), Float.POSITIVE_INFINITY))).verdict())
                .as("a tolerance of infinity is none").isEqualTo(Verdict.FAIL);
    }

    @Test
    void integersAreExact() {
        HostArray ids = HostArray.of(Shape.of(2), (1L << 53) + 1, 2L);

        assertThat(simd(Given.node("Identity", 14).in(ids).out(ids)).verdict()).isEqualTo(Verdict.PASS);
        assertThat(simd(Given.node("Identity", 14).in(HostArray.of(Shape.of(1), 100_000L)).out(HostArray.of(Shape.of(1), 100_001L))).reason())
                .contains("element [0]: got 100000, expected 100001");
    }

    @Test
    void everyDataSetCounts() throws IOException {
        OnnxTest test = rightNorm().writtenTo(folder);
        Path second = Files.createDirectories(test.directory().resolve("test_data_set_1"));
        for (String file : new String[] {"input_0.pb", "input_1.pb", "input_2.pb"}) {
            Files.copy(test.directory().resolve("test_data_set_0").resolve(file), second.resolve(file));
        }
        Files.write(second.resolve("output_0.pb"), Given.tensor("", X).bytes());

        assertThat(simd(test).reason()).startsWith("test_data_set_1: output 'out0', element [0, 0]");
    }

    @Test
    void aFileThatIsMissingIsNamed() throws IOException {
        OnnxTest test = rightNorm().writtenTo(folder);
        Files.delete(test.directory().resolve("test_data_set_0/input_1.pb"));

        assertThatThrownBy(() -> simd(test)).isInstanceOf(BadInput.class).hasMessageContaining("input_1.pb: no such file");
    }

    @Test
    void aGraphThatMakesNoSenseIsNamed() {
        assertThatThrownBy(() -> simd(Given.node("Add", 14).in(X).out(X))).isInstanceOf(BadInput.class)
                .hasMessageContaining("model.onnx: with test_data_set_0: Add needs its input 1");
        assertThatThrownBy(() -> simd(Given.node("Reshape", 14).in(X).in(X).out(X))).isInstanceOf(BadInput.class)
                .hasMessageContaining("Reshape needs integers as its input 1, not f32");
        assertThatThrownBy(() -> simd(Given.node("Softmax", 14).in(X).real("axis", 1).out(X))).isInstanceOf(BadInput.class)
                .hasMessageContaining("Softmax needs an int as its attribute 'axis', not a float");
    }

    @Test
    void testsAreListedInOrderOfName() throws IOException {
        Files.createDirectories(folder.resolve("test_b"));
        Files.createDirectories(folder.resolve("test_a"));
        Files.createDirectories(folder.resolve("other"));
        Files.writeString(folder.resolve("test_file"), "no folder");

        assertThat(OnnxNodeTests.in(folder)).extracting(OnnxTest::name).containsExactly("test_a", "test_b");
    }

    @Test
    void aFolderWithoutTestsIsRefused() {
        assertThatThrownBy(() -> OnnxNodeTests.in(folder)).isInstanceOf(BadInput.class).hasMessageContaining("holds no ONNX node test");
        assertThatThrownBy(() -> OnnxNodeTests.in(folder.resolve("none"))).isInstanceOf(BadInput.class).hasMessageContaining("no such directory");
    }

    private OnnxOutcome simd(Given given) {
        return simd(given.writtenTo(folder));
    }

    private static OnnxOutcome simd(OnnxTest test) {
        try (Backend backend = new SimdProvider().open(BackendOptions.DEFAULT)) {
            return OnnxNodeTests.run(test, backend);
        }
    }
}
