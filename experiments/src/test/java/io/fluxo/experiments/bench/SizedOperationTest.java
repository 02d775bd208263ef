package io.fluxo.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.experiments.bench.SizedOperation.Direction;
import io.fluxo.experiments.bench.SizedOperation.Input;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.TensorScope;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counts against numbers worked out by hand. */
class SizedOperationTest {

    private static SizedOperation forward(Op op, Input... inputs) {
        return new SizedOperation(op, Direction.FORWARD, "", List.of(inputs));
    }

    private static SizedOperation gradient(Op op, Input... inputs) {
        return new SizedOperation(op, Direction.GRADIENT, "", List.of(inputs));
    }

    @Test
    void aProductIsAMultiplyAddForEachOfItsElementsAndEachOfK() {
        SizedOperation product = SizedOperation.product(3, 5, 7); // [3 7] by [7 5]
        assertThat(product.flops()).isEqualTo(210);
        assertThat(product.bytes(DType.F32)).isEqualTo(4 * (21 + 35 + 15));
        assertThat(product.bytes(DType.F64)).isEqualTo(8 * (21 + 35 + 15));
        assertThat(product.size()).isEqualTo("3x5x7");
    }

    @Test
    void aLinearLayersGradientIsTwoMoreProducts() {
        Input[] in = {Input.normal(3, 7), Input.normal(7, 5), Input.normal(5)};
        assertThat(forward(new FusedOp.Linear(true), in).flops()).isEqualTo(210);
        assertThat(gradient(new FusedOp.Linear(true), in).flops()).isEqualTo(630);
        assertThat(forward(new FusedOp.Linear(true), in).bytes(DType.F32)).isEqualTo(4 * (21 + 35 + 5 + 15));
        // x, W, b and their gradients, y and its gradient
        assertThat(gradient(new FusedOp.Linear(true), in).bytes(DType.F32)).isEqualTo(4 * 2 * (21 + 35 + 5 + 15));
    }

    @Test
    void causalAttentionIsAskedForThePairsThatItShows() {
        Input each = Input.normal(2, 3, 4, 5); // two sequences of three positions, four heads of five
        FusedOp.Attention attention = new FusedOp.Attention(FusedOp.Mask.CAUSAL, Scalar.reciprocalSqrt(Dim.of(5)), false);
        double products = 2 * 4 * 6 * 2.0 * (5 + 5); // sequences · heads · pairs (1 + 2 + 3) · 2 · (width of a key and of a value)
        assertThat(forward(attention, each, each, each).flops()).isEqualTo(products);
        assertThat(gradient(attention, each, each, each).flops()).isEqualTo(3.5 * products);
        assertThat(forward(attention, each, each, each).bytes(DType.F32)).isEqualTo(4 * 4 * 120);
    }

    @Test
    void operationsOnRowsAreCountedByElement() {
        Input x = Input.normal(2, 10);
        Input vector = Input.normal(10);
        assertThat(forward(new FusedOp.Softmax(), x).flops()).isEqualTo(100);
        assertThat(gradient(new FusedOp.Softmax(), x).flops()).isEqualTo(180);
        assertThat(forward(new FusedOp.LayerNorm(1e-5, true), x, vector, vector).flops()).isEqualTo(140);
        assertThat(gradient(new FusedOp.LayerNorm(1e-5, true), x, vector, vector).flops()).isEqualTo(400);
        assertThat(forward(new FusedOp.RmsNorm(1e-5, true), x, vector).flops()).isEqualTo(80);
        assertThat(gradient(new FusedOp.RmsNorm(1e-5, true), x, vector).flops()).isEqualTo(260);
        Input[] heads = {Input.normal(1, 5, 1, 4), Input.normal(5, 2), Input.normal(5, 2)};
        assertThat(forward(new FusedOp.Rotate(FusedOp.Pairs.HALVES), heads).flops()).isEqualTo(60);
        assertThat(gradient(new FusedOp.Rotate(FusedOp.Pairs.HALVES), heads).flops()).isEqualTo(120);
        assertThat(forward(new FusedOp.Gelu(true), x).flops()).isEqualTo(180);
        assertThat(gradient(new FusedOp.Gelu(true), x).flops()).isEqualTo(540);
        assertThat(forward(new PrimitiveOp.Add(), x, x).flops()).isEqualTo(20);
        assertThat(forward(new PrimitiveOp.Exp(), x).flops()).isEqualTo(20);
        assertThat(forward(new PrimitiveOp.Sum(List.of(0), false), x).flops()).isEqualTo(20);
        assertThat(forward(new PrimitiveOp.Sum(List.of(0), false), x).bytes(DType.F32)).isEqualTo(4 * (20 + 10));
        assertThat(gradient(new FusedOp.LayerNorm(1e-5, true), x, vector, vector).bytes(DType.F64)).isEqualTo(8 * 2 * (20 + 10 + 10 + 20));
    }

    @Test
    void indicesHaveFourBytesAndNoGradient() {
        Input[] in = {Input.normal(2, 10), Input.indices(10, 2)};
        assertThat(forward(new FusedOp.CrossEntropy(), in).flops()).isEqualTo(80);
        assertThat(gradient(new FusedOp.CrossEntropy(), in).flops()).isEqualTo(140);
        assertThat(forward(new FusedOp.CrossEntropy(), in).bytes(DType.F64)).isEqualTo(8 * 20 + 4 * 2 + 8 * 2);
        assertThat(gradient(new FusedOp.CrossEntropy(), in).bytes(DType.F64)).isEqualTo(8 * 20 + 4 * 2 + 8 * 2 + 8 * 20 + 8 * 2);
    }

    @Test
    void whatNobodyHasCountedIsSaid() {
        assertThatThrownBy(forward(new PrimitiveOp.MergeAxes(0), Input.normal(2, 3))::flops).hasMessageContaining("mergeAxes");
    }

    @Test
    void aTrainingStepIsThreeTimesItsProducts() {
        BenchCase spec = BenchCase.training(5, 8, 2, 16, 7, 2, 3);
        double block = 2 * 3 * (2 * (4 * 8 * 8 + 2 * 8 * 16) + 2.0 * 3 * 8); // tokens · (2 · weights + causal attention)
        assertThat(spec.trainingFlops()).isEqualTo(3 * (5 * block + 2 * 2 * 3 * 8 * 7));
    }

    @Test
    void itComputesTheResultOrTheFirstGradient() {
        try (Backend ejml = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1)); TensorScope _ = ejml.openScope()) {
            Input[] in = {Input.normal(2, 10), Input.indices(10, 2)};
            assertThat(forward(new FusedOp.CrossEntropy(), in).on(ejml, DType.F64).get().shape()).isEqualTo(Shape.of(2));
            assertThat(gradient(new FusedOp.CrossEntropy(), in).on(ejml, DType.F64).get().shape()).isEqualTo(Shape.of(2, 10));
            double[] gradient = ejml.download(gradient(new FusedOp.Softmax(), Input.normal(3, 4)).on(ejml, DType.F64).get()).toDoubles();
            assertThat(gradient[0] + gradient[1] + gradient[2] + gradient[3]).as("a softmax's gradients of a row add up to nothing").isCloseTo(0, within(1e-14));
            assertThat(gradient[0]).isNotZero();
        }
    }
}
