package io.fluxo.experiments.bench;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.Work;
import io.fluxo.tensor.Tensor;

/**
 * How many floating-point operations an operation is, whoever computes it. Where there are products, they alone count, as {@link Work} says; else each
 * element's additions, multiplications, divisions, comparisons and elementary functions count one each, and what happens once for a row does not count.
 */
final class Flops {

    private Flops() {}

    static double forward(Op op, Tensor... in) {
        double elements = in[0].shape().elements();
        return switch (op) {
            case PrimitiveOp.MatMul _, FusedOp.Linear _, FusedOp.Attention _ -> Work.of(op, in);
            case PrimitiveOp.Unary _, PrimitiveOp.Binary _, PrimitiveOp.Reduction _ -> elements;
            case FusedOp.Softmax _ -> 5 * elements; // maximum, difference, exponential, sum, quotient
            case FusedOp.LayerNorm(double _, boolean affine) -> (affine ? 7 : 5) * elements; // sum, difference, square, sum, quotient; gain, bias
            case FusedOp.RmsNorm(double _, boolean affine) -> (affine ? 4 : 3) * elements; // square, sum, quotient; gain
            case FusedOp.Gelu(boolean tanh) -> (tanh ? 9 : 5) * elements; // as they stand in its definition
            case FusedOp.Rotate _ -> 3 * elements; // two products and their sum
            case FusedOp.CrossEntropy _ -> 4 * elements; // maximum, difference, exponential, sum
            default -> throw new IllegalArgumentException("nobody has counted the floating-point operations of " + op.name());
        };
    }

    /** Of the backward pass alone. */
    static double backward(FusedOp op, Tensor... in) {
        double elements = in[0].shape().elements();
        return switch (op) {
            case FusedOp.Linear _, FusedOp.Attention _ -> Work.ofBackward(op, in);
            case FusedOp.Softmax _ -> 4 * elements; // y(g − Σyg)
            // x̂ = (x − μ)/σ again, (g′ − mean g′ − x̂·mean g′x̂)/σ; g′ = g·gain, and the sums of g·x̂ and g
            case FusedOp.LayerNorm(double _, boolean affine) -> (affine ? 13 : 9) * elements;
            case FusedOp.RmsNorm(double _, boolean affine) -> (affine ? 9 : 6) * elements; // the same without means, and without a bias
            case FusedOp.Gelu(boolean tanh) -> (tanh ? 18 : 11) * elements; // Φ again, and g(Φ + xΦ′)
            case FusedOp.Rotate _ -> 3 * elements; // the turn back
            case FusedOp.CrossEntropy _ -> 3 * elements; // g·e^(x − ln Σ)
            default -> throw new IllegalArgumentException("nobody has counted the floating-point operations of the gradient of " + op.name());
        };
    }
}
