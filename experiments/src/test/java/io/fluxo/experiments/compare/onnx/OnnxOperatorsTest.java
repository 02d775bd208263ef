package io.fluxo.experiments.compare.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.compare.onnx.OnnxOutcome.Verdict;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators against values worked out by hand: those that the standard's data does not ask for, and what is easily got wrong. */
class OnnxOperatorsTest {

    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    @TempDir
    private Path folder;

    private static HostArray floats(float... values) {
        return HostArray.of(Shape.of(values.length), values);
    }

    private static HostArray longs(long... values) {
        return HostArray.of(Shape.of(values.length), values);
    }

    private static HostArray truths(boolean... values) {
        return HostArray.of(Shape.of(values.length), values);
    }

    private static HostArray matrix(int rows, float... values) {
        return HostArray.of(Shape.of(rows, values.length / rows), values);
    }

    private static HostArray number(float value) {
        return HostArray.of(Shape.SCALAR, value);
    }

    static Stream<Arguments> operators() {
        return Stream.of(arithmetic(), choices(), shapes(), reductions(), layers(), steps()).flatMap(list -> list);
    }

    private static Stream<Arguments> arithmetic() {
        HostArray x = floats(-2, 0, 3);
        return Stream.of(
                named("Sub", Given.node("Sub", 14).in(matrix(2, 1, 2, 3, 4)).in(floats(1, 1)).out(matrix(2, 0, 1, 2, 3))),
                named("Div of integers truncates", Given.node("Div", 14).in(longs(7, -7)).in(longs(2, 2)).out(longs(3, -3))),
                named("Pow of a negative number", Given.node("Pow", 15).in(x).in(number(3)).out(floats(-8, 0, 27))),
                named("Abs", Given.node("Abs", 13).in(x).out(floats(2, 0, 3))),
                named("Abs of integers", Given.node("Abs", 13).in(longs(-2, 5)).out(longs(2, 5))),
                named("Neg of integers", Given.node("Neg", 13).in(longs(-2, 5)).out(longs(2, -5))),
                named("Sign", Given.node("Sign", 13).in(x).out(floats(-1, 0, 1))),
                named("Reciprocal", Given.node("Reciprocal", 13).in(floats(4)).out(floats(0.25f))),
                named("Min keeps NaN on either side", Given.node("Min", 13).in(floats(NAN, 1, 5)).in(floats(1, NAN, 2)).out(floats(NAN, NAN, 2))),
                named("Min of the least integer", Given.node("Min", 13).in(longs(Long.MIN_VALUE, 4)).in(longs(0, 5)).out(longs(Long.MIN_VALUE, 4))),
                named("Max of three", Given.node("Max", 13).in(floats(1, 5)).in(floats(2, 2)).in(floats(0, 9)).out(floats(2, 9))),
                named("Mean", Given.node("Mean", 13).in(floats(1, 5)).in(floats(2, 7)).out(floats(1.5f, 6))),
                named("Clip by inputs", Given.node("Clip", 13).in(x).in(number(-1)).in(number(2)).out(floats(-1, 0, 2))),
                named("Clip above alone", Given.node("Clip", 13).in(x).in(null).in(number(2)).out(floats(-2, 0, 2))),
                named("Clip by attributes", Given.node("Clip", 6).in(x).real("min", -1).out(floats(-1, 0, 3))),
                named("Elu", Given.node("Elu", 6).in(x).real("alpha", 2).out(floats(-1.7293f, 0, 3))),
                named("Softplus of large numbers", Given.node("Softplus", 1).in(floats(-1000, 0, 1000)).out(floats(0, 0.693147f, 1000))),
                named("HardSigmoid", Given.node("HardSigmoid", 6).in(floats(-9, 1, 9)).out(floats(0, 0.7f, 1))),
                named("LeakyRelu", Given.node("LeakyRelu", 16).in(x).real("alpha", 0.1).out(floats(-0.2f, 0, 3))),
                named("Sigmoid far out", Given.node("Sigmoid", 13).in(floats(-200, 0, 200)).out(floats(0, 0.5f, 1))),
                named("Softmax along the first axis", Given.node("Softmax", 13).in(matrix(2, 0, 5, 0, 5)).whole("axis", 0).out(matrix(2, 0.5f, 0.5f, 0.5f, 0.5f))));
    }

    private static Stream<Arguments> choices() {
        return Stream.of(
                named("GreaterOrEqual", Given.node("GreaterOrEqual", 16).in(floats(1, 2, NAN)).in(floats(2, 2, 2)).out(truths(false, true, false))),
                named("Greater", Given.node("Greater", 13).in(floats(1, 3)).in(floats(2, 2)).out(truths(false, true))),
                named("Xor", Given.node("Xor", 7).in(truths(true, true, false)).in(truths(true, false, false)).out(truths(false, true, false))),
                named("Equal of truth values", Given.node("Equal", 19).in(truths(true, false)).in(truths(true, true)).out(truths(true, false))),
                named("IsNaN", Given.node("IsNaN", 13).in(floats(NAN, 1, INF)).out(truths(true, false, false))),
                named("IsInf below", Given.node("IsInf", 20).in(floats(-INF, INF, 1)).whole("detect_positive", 0).out(truths(true, false, false))),
                named("Where", Given.node("Where", 16).in(truths(true, false)).in(floats(1, NAN)).in(floats(NAN, 4)).out(floats(1, 4))),
                named("Cast", Given.node("Cast", 13).in(floats(-1.7f, 2.7f)).whole("to", 7).out(longs(-1, 2))),
                named("OneHot in front", Given.node("OneHot", 11).in(longs(1, -1)).in(longs(3)).in(floats(2, 5)).whole("axis", 0).out(matrix(3, 2, 2, 5, 2, 2, 5))),
                named("Gather from the end", Given.node("Gather", 13).in(matrix(2, 1, 2, 3, 4)).in(longs(-1)).whole("axis", 1).out(matrix(2, 2, 4))),
                named("Trilu", Given.node("Trilu", 14).in(matrix(2, 1, 2, 3, 4)).in(HostArray.of(Shape.SCALAR, 1L)).out(matrix(2, 0, 2, 0, 0))),
                named("Trilu far out", Given.node("Trilu", 14).in(matrix(2, 1, 2, 3, 4)).in(HostArray.of(Shape.SCALAR, Long.MAX_VALUE)).whole("upper", 0)
                        .out(matrix(2, 1, 2, 3, 4))));
    }

    private static Stream<Arguments> shapes() {
        HostArray x = matrix(2, 1, 2, 3, 4, 5, 6);
        return Stream.of(
                named("Reshape", Given.node("Reshape", 14).in(x).in(longs(0, -1, 1)).out(HostArray.of(Shape.of(2, 3, 1), 1f, 2f, 3f, 4f, 5f, 6f))),
                named("Reshape to a number", Given.node("Reshape", 14).in(truths(true)).in(longs()).out(HostArray.of(Shape.SCALAR, true))),
                named("Flatten", Given.node("Flatten", 13).in(x).whole("axis", 0).out(matrix(1, 1, 2, 3, 4, 5, 6))),
                named("Unsqueeze", Given.node("Unsqueeze", 13).in(floats(1, 2)).in(longs(-1, 0)).out(HostArray.of(Shape.of(1, 2, 1), 1f, 2f))),
                named("Squeeze", Given.node("Squeeze", 11).in(matrix(1, 1, 2)).wholes("axes", -2).out(floats(1, 2))),
                named("Transpose", Given.node("Transpose", 13).in(x).out(matrix(3, 1, 4, 2, 5, 3, 6))),
                named("Expand", Given.node("Expand", 13).in(matrix(2, 1, 2)).in(longs(1, 2)).out(matrix(2, 1, 1, 2, 2))),
                named("Tile", Given.node("Tile", 13).in(matrix(2, 1, 2)).in(longs(1, 2)).out(matrix(2, 1, 1, 2, 2))),
                named("Concat", Given.node("Concat", 13).in(floats(1)).in(floats(2, 3)).whole("axis", 0).out(floats(1, 2, 3))),
                named("Split unevenly", Given.node("Split", 18).in(floats(1, 2, 3)).whole("num_outputs", 2).out(floats(1, 2)).out(floats(3))),
                named("Split", Given.node("Split", 13).in(floats(1, 2, 3)).in(longs(1, 2)).out(floats(1)).out(floats(2, 3))),
                named("Slice", Given.node("Slice", 13).in(x).in(longs(-2)).in(longs(1000)).in(longs(1)).out(matrix(2, 2, 3, 5, 6))),
                named("Slice backwards", Given.node("Slice", 13).in(x).in(longs(-1)).in(longs(Long.MIN_VALUE)).in(longs(1)).in(longs(-2)).out(matrix(2, 3, 1, 6, 4))),
                named("Pad and cut", Given.node("Pad", 18).in(x).in(longs(0, -1, 0, 1)).in(number(9)).out(matrix(2, 2, 3, 9, 5, 6, 9))),
                named("Shape", Given.node("Shape", 15).in(x).whole("start", -1).out(longs(3))),
                named("Range", Given.node("Range", 11).in(HostArray.of(Shape.SCALAR, 5L)).in(HostArray.of(Shape.SCALAR, 0L)).in(HostArray.of(Shape.SCALAR, -2L))
                        .out(longs(5, 3, 1))),
                named("ConstantOfShape", Given.node("ConstantOfShape", 9).in(longs(2, 1)).out(matrix(2, 0, 0))));
    }

    private static Stream<Arguments> reductions() {
        HostArray x = matrix(2, 1, 5, 5, -2);
        return Stream.of(
                named("ReduceMin", Given.node("ReduceMin", 18).in(x).in(longs(1)).whole("keepdims", 0).out(floats(1, -2))),
                named("ReduceMax of integers", Given.node("ReduceMax", 13).in(longs(3, 9)).whole("keepdims", 0).out(HostArray.of(Shape.SCALAR, 9L))),
                named("ReduceMax of truth values", Given.node("ReduceMax", 20).in(truths(false, true)).out(truths(true))),
                named("ReduceL1", Given.node("ReduceL1", 13).in(x).wholes("axes", 0).out(matrix(1, 6, 7))),
                named("ReduceL2", Given.node("ReduceL2", 18).in(floats(3, 4)).out(floats(5))),
                named("ReduceLogSumExp of large numbers", Given.node("ReduceLogSumExp", 18).in(floats(1000, 1000)).out(floats(1000.6931f))),
                named("ReduceLogSumExp of −∞ and ∞", Given.node("ReduceLogSumExp", 18).in(matrix(2, -INF, -INF, INF, 1)).in(longs(1)).whole("keepdims", 0)
                        .out(floats(-INF, INF))),
                named("ReduceMean", Given.node("ReduceMean", 18).in(x).in(longs(-1)).whole("keepdims", 0).out(floats(3, 1.5f))),
                named("ArgMax", Given.node("ArgMax", 13).in(floats(1, 5, 5)).out(longs(1))),
                named("ArgMax, the last", Given.node("ArgMax", 13).in(floats(1, 5, 5)).whole("select_last_index", 1).out(longs(2))),
                named("ArgMin", Given.node("ArgMin", 13).in(x).whole("axis", 1).whole("keepdims", 0).out(longs(0, 1))));
    }

    private static Stream<Arguments> layers() {
        HostArray a = matrix(2, 1, 2, 3, 4);
        HostArray logits = matrix(2, 0, 0, 0, 0);
        HostArray one = HostArray.of(Shape.of(1, 1, 2, 1), 0f, 0f);
        HostArray values = HostArray.of(Shape.of(1, 1, 2, 1), 2f, 6f);
        return Stream.of(
                named("MatMul of vectors", Given.node("MatMul", 13).in(floats(1, 2)).in(floats(3, 4)).out(number(11))),
                named("MatMul, broadcast", Given.node("MatMul", 13).in(a).in(HostArray.of(Shape.of(2, 2, 1), 1f, 0f, 0f, 1f))
                        .out(HostArray.of(Shape.of(2, 2, 1), 1f, 3f, 2f, 4f))),
                named("Gemm", Given.node("Gemm", 13).in(a).in(a).in(floats(10)).whole("transA", 1).whole("transB", 1).real("alpha", 2).real("beta", 0.5)
                        .out(matrix(2, 19, 35, 25, 49))),
                named("Gemm without C", Given.node("Gemm", 13).in(a).in(a).out(matrix(2, 7, 10, 15, 22))),
                named("RMSNormalization", Given.node("RMSNormalization", 23).in(matrix(1, 3, 4)).in(floats(1, 2)).out(matrix(1, 0.848528f, 2.262742f))),
                named("BatchNormalization", Given.node("BatchNormalization", 15).in(a).in(floats(1, 2)).in(floats(0, 1)).in(floats(1, 2)).in(floats(4, 4))
                        .out(matrix(2, 0, 1, 1, 3))),
                named("causal Attention", Given.node("Attention", 23).in(one).in(one).in(values).whole("is_causal", 1).out(HostArray.of(Shape.of(1, 1, 2, 1), 2f, 4f))),
                named("Attention with a window", Given.node("Attention", 25).in(one).in(one).in(values).whole("left_window_size", 0)
                        .out(HostArray.of(Shape.of(1, 1, 2, 1), 4f, 6f))),
                named("cross-entropy", Given.node("SoftmaxCrossEntropyLoss", 13).in(logits).in(longs(1, -1)).whole("ignore_index", -1).out(number(0.693147f))),
                named("weighted cross-entropy", Given.node("SoftmaxCrossEntropyLoss", 13).in(logits).in(longs(1, 0)).in(floats(1, 3)).word("reduction", "sum")
                        .out(number(2.772589f))),
                named("Dropout outside training", Given.node("Dropout", 13).in(a).out(a).out(HostArray.of(Shape.of(2, 2), true, true, true, true))));
    }

    private static Stream<Arguments> steps() {
        HostArray rate = number(0.5f);
        HostArray first = HostArray.of(Shape.SCALAR, 0L);
        HostArray third = HostArray.of(Shape.SCALAR, 2L);
        return Stream.of(
                named("Adagrad", Given.training("Adagrad").in(rate).in(third).in(floats(1)).in(floats(2)).in(floats(5)).real("decay_factor", 0.5)
                        .out(floats(1 - 0.25f * 2 / 3)).out(floats(9))),
                named("Adam of the first step", Given.training("Adam").in(rate).in(first).in(floats(1)).in(floats(2)).in(floats(0)).in(floats(0))
                        .real("alpha", 0.5).real("beta", 0.75).real("epsilon", 0).out(floats(0.5f)).out(floats(1)).out(floats(1))),
                named("Adam, corrected", Given.training("Adam").in(rate).in(third).in(floats(1)).in(floats(2)).in(floats(1)).in(floats(3))
                        .real("alpha", 0.5).real("beta", 0.75).real("epsilon", 1).out(floats(0.764006f)).out(floats(1.5f)).out(floats(3.25f))),
                named("Momentum", Given.training("Momentum").in(rate).in(third).in(floats(1)).in(floats(2)).in(floats(4)).real("alpha", 0.5).real("beta", 2)
                        .word("mode", "standard").real("norm_coefficient", 1).out(floats(-3)).out(floats(8))),
                named("Nesterov of two parameters", Given.training("Momentum").in(rate).in(first).in(floats(1)).in(floats(0)).in(floats(2)).in(floats(4))
                        .in(floats(4)).in(floats(0)).real("alpha", 0.5).real("beta", 9).word("mode", "nesterov")
                        .out(floats(-1)).out(floats(-3)).out(floats(4)).out(floats(4))));
    }

    private static Arguments named(String name, Given given) {
        return Arguments.of(name, given);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operators")
    void computesWhatTheStandardMeans(String name, Given given) {
        OnnxTest test = given.writtenTo(folder);
        try (Backend ejml = new EjmlProvider().open(BackendOptions.DEFAULT); Backend simd = new SimdProvider().open(BackendOptions.DEFAULT)) {
            for (Backend backend : new Backend[] {ejml, simd}) {
                OnnxOutcome outcome = OnnxNodeTests.run(test, backend);
                assertThat(outcome.verdict()).as("%s on %s: %s", name, backend, outcome.reason()).isEqualTo(Verdict.PASS);
            }
        }
    }
}
