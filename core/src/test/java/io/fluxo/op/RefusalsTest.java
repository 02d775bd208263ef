package io.fluxo.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.op.FusedOp.*;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What does not fit, and the sentence that says so. */
class RefusalsTest {

    private static Handle[] in(int[]... sizes) {
        return Stream.of(sizes).map(Handle::f32).toArray(Handle[]::new);
    }

    private static int[] of(int... sizes) {
        return sizes;
    }

    static Stream<Arguments> primitives() {
        return Stream.of(
                Arguments.of(new MatMul(false, false), in(of(), of(2, 3)), "matmul: left [] · right [2, 3]: too few axes"),
                Arguments.of(new MatMul(false, false), in(of(2), of(2)), "matmul: left [2] · right [2]: too few axes"),
                Arguments.of(new MatMul(true, false), in(of(2), of(2, 3)), "matmul: left [2] · right [2, 3]: too few axes"),
                Arguments.of(new MatMul(true, false), in(of(4, 3), of(5, 6)), "matmul: left [4, 3]ᵀ · right [5, 6]: 4 ≠ 5"),
                Arguments.of(new MatMul(false, true), in(of(4, 3), of(5, 6)), "matmul: left [4, 3] · right [5, 6]ᵀ: 3 ≠ 6"),
                Arguments.of(new MergeAxes(1), in(of(2, 3)), "mergeAxes: axis 1 of [2, 3] has no next axis"),
                Arguments.of(new MergeAxes(-1), in(of(2, 3, 4)), "mergeAxes: axis -1 of [2, 3, 4] has no next axis"),
                Arguments.of(new Expand(Shape.of(1)), in(of(3)), "expand: [3] does not stretch to [1]"),
                Arguments.of(new Expand(Shape.of(4)), in(of(2, 4)), "expand: [2, 4] does not stretch to [4]"),
                Arguments.of(new Slice(0, Dim.of(-1), Dim.of(2)), in(of(3)), "slice of [3]: 0 is beyond -1"),
                Arguments.of(new Slice(0, Dim.of(2), Dim.of(2)), in(of(3)), "slice of [3]: 4 is beyond 3"),
                Arguments.of(new Pad(0, Dim.of(-1), Dim.of(2), Scalar.ZERO), in(of(3)), "pad of [3]: 0 is beyond -1"),
                Arguments.of(new ScatterAdd(Dim.of(9)), in(of(2), of(3, 4)), "scatterAdd: values [3, 4] do not begin with the indices' axes [2]"),
                Arguments.of(new ScatterAdd(Dim.of(9)), in(of(2, 3), of(2)), "scatterAdd: values [2] do not begin with the indices' axes [2, 3]"));
    }

    @ParameterizedTest
    @MethodSource("primitives")
    void aPrimitiveSaysWhatDoesNotFit(PrimitiveOp op, Handle[] in, String message) {
        assertThatThrownBy(() -> ShapeRules.KNOWN.shape(op, in)).isInstanceOf(ShapeMismatchException.class).hasMessage(message);
    }

    static Stream<Arguments> fused() {
        return Stream.of(
                Arguments.of(new Linear(true), in(of(2, 3), of(3, 4), of(3)), "linear: a vector of 4 is needed, not [3]"),
                Arguments.of(new LayerNorm(1e-5, true), in(of(2, 3), of(4), of(3)), "layerNorm: a vector of 3 is needed, not [4]"),
                Arguments.of(new LayerNorm(1e-5, true), in(of(2, 3), of(3), of(4)), "layerNorm: a vector of 3 is needed, not [4]"),
                Arguments.of(new RmsNorm(1e-5, true), in(of(2, 3), of(2)), "rmsNorm: a vector of 3 is needed, not [2]"),
                Arguments.of(new RmsNorm(1e-5, true), in(of(2, 3), of(3, 1)), "rmsNorm: a vector of 3 is needed, not [3, 1]"),
                Arguments.of(new CrossEntropy(), in(of(2, 3), of(3)), "crossEntropy: targets [3] do not name one class for each row of logits [2, 3]"),
                Arguments.of(new CrossEntropy(), in(of(2, 3), of(2, 1)), "crossEntropy: targets [2, 1] do not name one class for each row of logits [2, 3]"));
    }

    @ParameterizedTest
    @MethodSource("fused")
    void aFusedOperationToo(FusedOp op, Handle[] in, String message) {
        assertThatThrownBy(() -> ShapeRules.KNOWN.shape(op, in)).isInstanceOf(ShapeMismatchException.class).hasMessage(message);
    }

    /** q [2 3 4 5], k [2 7 4 5] and v [2 7 4 6], each with one size changed, or without an axis. */
    static Stream<Arguments> attention() {
        return Stream.of(Arguments.of(of(3, 4, 5), of(2, 7, 4, 5), of(2, 7, 4, 6)), Arguments.of(of(2, 3, 4, 5), of(7, 4, 5), of(2, 7, 4, 6)),
                Arguments.of(of(2, 3, 4, 5), of(2, 7, 4, 5), of(7, 4, 6)), Arguments.of(of(2, 3, 4, 5), of(1, 7, 4, 5), of(2, 7, 4, 6)),
                Arguments.of(of(2, 3, 4, 5), of(2, 7, 4, 5), of(1, 7, 4, 6)), Arguments.of(of(2, 3, 4, 5), of(2, 7, 4, 5), of(2, 3, 4, 6)),
                Arguments.of(of(2, 3, 4, 5), of(2, 7, 2, 5), of(2, 7, 4, 6)), Arguments.of(of(2, 3, 4, 5), of(2, 7, 4, 5), of(2, 7, 2, 6)),
                Arguments.of(of(2, 3, 4, 5), of(2, 7, 4, 6), of(2, 7, 4, 6)));
    }

    @ParameterizedTest
    @MethodSource("attention")
    void attentionShowsAllThree(int[] q, int[] k, int[] v) {
        assertThatThrownBy(() -> ShapeRules.KNOWN.shape(new Attention(Mask.CAUSAL, Scalar.ONE, false), in(q, k, v))).isInstanceOf(ShapeMismatchException.class)
                .hasMessage("attention: q %s, k %s, v %s do not fit [batch n head d_head], [batch m head d_head], [batch m head d_v]", Shape.of(q), Shape.of(k), Shape.of(v));
    }

    @Test
    void whatFitsHasItsShape() {
        ShapeRules rules = ShapeRules.KNOWN;
        assertThat(rules.shape(new Attention(Mask.CAUSAL, Scalar.ONE, false), in(of(2, 3, 4, 5), of(2, 7, 4, 5), of(2, 7, 4, 6)))).isEqualTo(Shape.of(2, 3, 4, 6));
        assertThat(rules.shape(new Linear(true), in(of(2, 3), of(3, 4), of(4)))).isEqualTo(Shape.of(2, 4));
        assertThat(rules.shape(new Linear(false), in(of(2, 3), of(3, 4)))).isEqualTo(Shape.of(2, 4));
        assertThat(rules.shape(new LayerNorm(1e-5, true), in(of(2, 3), of(3), of(3)))).isEqualTo(Shape.of(2, 3));
        assertThat(rules.shape(new LayerNorm(1e-5, false), in(of(2, 3)))).isEqualTo(Shape.of(2, 3));
        assertThat(rules.shape(new RmsNorm(1e-5, true), in(of(2, 3), of(3)))).isEqualTo(Shape.of(2, 3));
        assertThat(rules.shape(new RmsNorm(1e-5, false), in(of(2, 3)))).isEqualTo(Shape.of(2, 3));
        assertThat(rules.shape(new CrossEntropy(), in(of(2, 3), of(2)))).isEqualTo(Shape.of(2));
    }

    @Test
    void typesThatAreNoNumbersAreNamed() {
        Handle truth = new Handle(Shape.of(2), DType.BOOL);
        assertRefused("add: numbers are needed, not bool", new Add(), truth, truth);
        assertRefused("sum: numbers are needed, not bool", new Sum(List.of(0), false), truth);
        assertRefused("iota: numbers are needed, not bool", new Iota(0, Shape.of(2), DType.BOOL));
        assertRefused("scatterAdd: indices are i32 or i64, not f32", new ScatterAdd(Dim.of(3)), Handle.f32(2), Handle.f32(2));
    }

    private static void assertRefused(String message, PrimitiveOp op, Handle... in) {
        assertThatThrownBy(() -> ShapeRules.dtype(op, in)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
