package io.fluxo.bound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bounds computed by hand, and what is said where nothing is known. */
class ErrorBackendTest {

    private static final double U = 0x1p-24;

    private final Backend reference = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final ErrorBackend errors = new ErrorBackend(reference);
    private final Ops ops = new Ops(errors);

    @AfterEach
    void close() {
        reference.close();
    }

    private Tensor f32(double... values) {
        return errors.upload(HostArray.of(Shape.of(values.length), DType.F32, values));
    }

    private double only(Tensor tensor) {
        return errors.errors(tensor)[0];
    }

    @Test
    void whatIsGivenIsExact() {
        assertThat(errors.errors(f32(1, -3e20, 0))).containsOnly(0);
        assertThat(errors.errors(ops.neg(f32(1, 2)))).containsOnly(0);
    }

    @Test
    void aSumIsRoundedOnce() {
        assertThat(only(ops.add(f32(3), f32(5)))).isCloseTo(8 * U, within(1e-3 * U));
    }

    @Test
    void errorsOfFactorsAddUp() {
        Tensor third = ops.div(f32(1), f32(3));
        assertThat(only(third)).isCloseTo(U / 3, within(1e-3 * U));
        // |1/3|·e + |1/3|·e, and one more rounding of 1/9
        assertThat(only(ops.mul(third, third))).isCloseTo(2 * U / 9 + U / 9, within(1e-3 * U));
    }

    @Test
    void aProductOfMatricesIsBoundByItsSizesAndNotByItsResult() {
        Tensor a = errors.upload(HostArray.of(Shape.of(1, 4), DType.F32, new double[] {1, 1, 1, 1}));
        Tensor b = errors.upload(HostArray.of(Shape.of(4, 1), DType.F32, new double[] {1000, -1000, 1000, -1000}));
        assertThat(errors.values(ops.matMul(a, b)).toDoubles()).containsExactly(0);
        assertThat(only(ops.matMul(a, b))).as("γ_4 · 4000").isCloseTo(4 * U / (1 - 4 * U) * 4000, within(1e-3 * U));
    }

    @Test
    void aConstantIsOffByWhatItsTypeDoesNotHold() {
        assertThat(only(ops.constant(Scalar.of(0.1), DType.F32))).isCloseTo(Math.abs(0.1 - (double) 0.1f), within(1e-16));
        assertThat(only(ops.constant(Scalar.of(0.5), DType.F32))).isZero();
        assertThat(only(ops.constant(Scalar.of(0.1), DType.F64))).isZero();
    }

    @Test
    void whatMayOverflowIsUnknown() {
        assertThat(only(ops.mul(f32(1e30), f32(1e30)))).isInfinite();
        assertThat(only(ops.exp(f32(100)))).isInfinite();
        assertThat(only(ops.exp(f32(-200)))).isLessThan(1e-30);
    }

    @Test
    void infinitiesAndNaNThatAreCertainAreExact() {
        assertThat(errors.errors(ops.add(f32(Double.POSITIVE_INFINITY, Double.NaN), f32(1, 1)))).containsOnly(0);
        assertThat(errors.errors(ops.log(f32(0, -1)))).containsOnly(0);
    }

    @Test
    void aComparisonWithinTheErrorsIsOpen() {
        Tensor third = ops.div(f32(1), f32(3));
        Tensor near = ops.constant(Scalar.of(1.0 / 3), DType.F32);
        assertThat(only(ops.less(third, near))).isInfinite();
        assertThat(only(ops.less(third, f32(0.4)))).isZero();
        // either branch may be taken
        assertThat(only(ops.where(ops.less(third, near), f32(7), f32(2)))).isEqualTo(5, within(1e-6));
    }

    @Test
    void theLargestOfTwoThatRoundingLeavesOpenIsOpen() {
        Tensor third = ops.div(f32(1, 1, 1), f32(3, 3, 3));
        assertThat(only(ops.argMax(third, 0))).isInfinite();
        assertThat(only(ops.argMax(f32(1, 1, 1), 0))).as("a tie of exact numbers").isZero();
        assertThat(only(ops.argMax(ops.div(f32(1, 2, 1), f32(3, 3, 3)), 0))).isZero();
    }

    /** Thirds are off by u/3 each: the margin of the first pair is what both are off by together, that of the second is twice as much. */
    @Test
    void aMarginWithinTheErrorsIsExcusedAndOneOfTwiceTheErrorsIsNot() {
        Tensor third = ops.div(f32(1), f32(3));
        Tensor next = ops.div(f32(1 + 2 * U), f32(3));
        Tensor afterNext = ops.div(f32(1 + 4 * U), f32(3));
        assertThat(only(ops.argMax(ops.concat(0, third, next), 0))).isInfinite();
        assertThat(only(ops.argMax(ops.concat(0, third, afterNext), 0))).isZero();
        assertThat(only(ops.less(third, next))).isInfinite();
        assertThat(only(ops.less(third, afterNext))).isZero();
        assertThat(only(ops.equal(third, next))).isInfinite();
        assertThat(only(ops.equal(third, afterNext))).isZero();
    }

    @Test
    void whatIsFarBelowTheLargestLeavesNothingOpen() {
        Tensor third = ops.div(f32(1), f32(3));
        assertThat(only(ops.argMax(ops.concat(0, f32(2, 2), third), 0))).as("a tie of exact numbers").isZero();
        // the error of what is small is as large as the margin of what is not
        Tensor unsure = ops.sub(ops.add(f32(1L << 23), third), f32(1L << 23));
        assertThat(errors.errors(unsure)[0]).isGreaterThan(0.5);
        assertThat(only(ops.argMax(ops.concat(0, f32(7, 7.5), unsure), 0))).isZero();
    }

    @Test
    void aTruncationThatRoundingDecidesIsOpen() {
        Tensor one = ops.mul(ops.div(f32(1), f32(3)), f32(3));
        assertThat(only(ops.cast(one, DType.I32))).isInfinite();
        assertThat(only(ops.cast(ops.div(f32(5), f32(2)), DType.I32))).isZero();
    }

    @Test
    void doublePrecisionIsBoundByItsOwnRounding() {
        Tensor x = errors.upload(HostArray.of(Shape.of(1), 3.0));
        assertThat(only(ops.add(x, x))).isCloseTo(6 * 0x1p-53, within(1e-19));
    }

    @Test
    void aReferenceHasToComputeInF64() {
        try (Backend simd = new io.fluxo.cpu.simd.SimdProvider().open(new BackendOptions(DType.F32, 0, 1))) {
            assertThatThrownBy(() -> new ErrorBackend(simd)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("f64").hasMessageContaining("simd");
        }
    }
}
