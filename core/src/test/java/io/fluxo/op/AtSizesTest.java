package io.fluxo.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.FusedOp.*;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A proof's operation at n = 3 and d = 16 is the one that runs there. */
class AtSizesTest {

    private static final Map<String, Long> SIZES = Map.of("n", 3L, "d", 16L);
    private static final Dim N = Dim.symbol("n");
    private static final Dim D = Dim.symbol("d");

    static Stream<Arguments> withSizes() {
        return Stream.of(
                Arguments.of(new SplitAxis(1, N, D), new SplitAxis(1, Dim.of(3), Dim.of(16))),
                Arguments.of(new Expand(Shape.of(N, D)), new Expand(Shape.of(3, 16))),
                Arguments.of(new Slice(0, N, D), new Slice(0, Dim.of(3), Dim.of(16))),
                Arguments.of(new Pad(2, N, D, Scalar.reciprocal(D)), new Pad(2, Dim.of(3), Dim.of(16), Scalar.of(0.0625))),
                Arguments.of(new ScatterAdd(D), new ScatterAdd(Dim.of(16))),
                Arguments.of(new Constant(Scalar.reciprocalSqrt(D), Shape.of(N), DType.F64), new Constant(Scalar.of(0.25), Shape.of(3), DType.F64)),
                Arguments.of(new Iota(1, Shape.of(N, D), DType.I32), new Iota(1, Shape.of(3, 16), DType.I32)),
                Arguments.of(new RandomUniform(Shape.of(D), DType.F32), new RandomUniform(Shape.of(16), DType.F32)));
    }

    @ParameterizedTest
    @MethodSource("withSizes")
    void everySizeBecomesANumber(PrimitiveOp op, PrimitiveOp there) {
        assertThat(AtSizes.of(op, SIZES)).isEqualTo(there);
    }

    @Test
    void whatHasNoSizesStaysAsItIs() {
        for (PrimitiveOp op : List.of(new Exp(), new Add(), new Less(), new Not(), new Where(), new Sum(List.of(1), true), new ArgMax(0), new MatMul(false, true),
                new MergeAxes(0), new Permute(List.of(1, 0)), new Concat(1), new Gather(), new Cast(DType.F64), new StopGradient())) {
            assertThat(AtSizes.of(op, SIZES)).isSameAs(op);
        }
        for (FusedOp op : List.of(new Linear(true), new Relu(), new Gelu(false), new Softmax(), new LogSoftmax(), new LayerNorm(1e-5, true), new RmsNorm(1e-5, false),
                new CrossEntropy(), new Dropout(0.5))) {
            assertThat(AtSizes.of(op, SIZES)).isSameAs(op);
        }
    }

    @Test
    void attentionsScaleIsItsNumber() {
        assertThat(AtSizes.of(new Attention(Mask.CAUSAL, Scalar.reciprocalSqrt(D), true), SIZES)).isEqualTo(new Attention(Mask.CAUSAL, Scalar.of(0.25), true));
    }
}
