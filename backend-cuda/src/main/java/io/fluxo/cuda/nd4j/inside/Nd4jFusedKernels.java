package io.fluxo.cuda.nd4j.inside;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp.Sum;
import io.fluxo.op.ShapeRules;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.bool.All;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The fused operations that nd4j's own kernels serve: those whose result is the one defined. For each kernel that nd4j 1.0.0-M2.1 has, what was
 * found:
 *
 * <table>
 * <caption>nd4j's kernels</caption>
 * <tr><td>{@code relu}<td>used
 * <tr><td>{@code softmax}<td>used, on rows whose largest value is 0: in float64 a row of −10⁴ gives NaN. A row of −∞ alone gives NaN as well, and is
 *     set to 0 afterwards. {@code softmax_bp} would meet that NaN again: the derivative y ⊙ (g − Σ g ⊙ y) is taken from the result
 * <tr><td>{@code log_softmax}<td>takes the logarithm of the softmax: (10⁴, 10⁴, −10⁴) gives −∞ in place of −20000.7
 * <tr><td>{@code layer_norm}<td>has no ε
 * <tr><td>{@code GELU}<td>is x·σ(1.702x), another function
 * <tr><td>{@code PreciseGELU}<td>gives 0.83145 at 1, where both definitions give 0.8412 … 0.8413
 * <tr><td>{@code dot_product_attention}<td>adds −10⁹ to forbidden scores: a forbidden key is chosen once scores are of that size, and a query
 *     without keys gets the mean of all values
 * <tr><td>{@code xw_plus_b}<td>is two operations in one call, for matrices alone
 * </table>
 *
 * All others run as their compositions.
 */
final class Nd4jFusedKernels {

    private final Nd4jMemory memory;
    private final Nd4jKernels kernels;
    private final Nd4jNumbers numbers;
    private final Ops ops;

    Nd4jFusedKernels(Nd4jMemory memory, Nd4jKernels kernels, Nd4jNumbers numbers, Ops ops) {
        this.memory = memory;
        this.kernels = kernels;
        this.numbers = numbers;
        this.ops = ops;
    }

    static boolean has(FusedOp op) {
        return op instanceof FusedOp.Relu || op instanceof FusedOp.Softmax;
    }

    /** Into {@code y}, which has elements. */
    void forward(FusedOp op, Nd4jTensor x, Nd4jTensor y) {
        switch (op) {
            case FusedOp.Relu _ -> kernels.run("relu", new double[] {0}, y.array(), x.array());
            case FusedOp.Softmax _ -> softmax(x, y);
            default -> throw new IllegalStateException("there is no kernel for " + op);
        }
    }

    private void softmax(Nd4jTensor x, Nd4jTensor y) {
        int last = x.shape().rank() - 1;
        Shape rows = ShapeRules.KNOWN.shape(new Sum(List.of(last), true), x);
        Nd4jTensor largest = memory.allocate(rows, x.dtype());
        kernels.reduce("reduce_max", new long[] {last}, true, largest.array(), x.array());
        kernels.run("subtract", y.array(), x.array(), largest.array());
        kernels.run("softmax", new long[] {last}, y.array(), y.array());
        Nd4jTensor nothing = memory.allocate(x.shape(), DType.BOOL);
        kernels.run("equals", nothing.array(), x.array(), numbers.of(Double.NEGATIVE_INFINITY, x.dtype()));
        Nd4jTensor empty = memory.allocate(rows, DType.BOOL);
        Nd4j.getExecutioner().exec(new All(nothing.array(), empty.array(), true, new int[] {last}));
        Tensor mended = ops.where(empty, ops.constantLike(y, Scalar.ZERO), y);
        y.array().assign(((Nd4jTensor) mended).array());
    }

    /** The gradient of x into {@code dx}, which has elements. */
    void backward(FusedOp op, Nd4jTensor x, Nd4jTensor y, INDArray g, Nd4jTensor dx) {
        switch (op) {
            case FusedOp.Relu _ -> kernels.run("relu_bp", new double[] {0}, dx.array(), x.array(), g);
            case FusedOp.Softmax _ -> {
                int last = x.shape().rank() - 1;
                Nd4jTensor total = memory.allocate(ShapeRules.KNOWN.shape(new Sum(List.of(last), true), x), x.dtype());
                kernels.run("multiply", dx.array(), g, y.array());
                kernels.reduce("reduce_sum", new long[] {last}, true, total.array(), dx.array());
                kernels.run("subtract", dx.array(), g, total.array());
                kernels.run("multiply", dx.array(), dx.array(), y.array());
            }
            default -> throw new IllegalStateException("there is no kernel for " + op);
        }
    }
}
