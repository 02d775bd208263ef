package io.fluxo.op;

import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What layers call. A few methods stand for the primitives, the rest derives from them; a fused operation goes to the engine's kernel where
 * there is one and else to its composition.
 */
public class Ops {

    private final Engine engine;

    public Ops(Engine engine) {
        this.engine = engine;
    }

    /** What executes the operations. */
    public final Engine engine() {
        return engine;
    }

    // ---- elementwise

    public final Tensor neg(Tensor x) {
        return engine.execute(new PrimitiveOp.Neg(), x);
    }

    public final Tensor exp(Tensor x) {
        return engine.execute(new PrimitiveOp.Exp(), x);
    }

    public final Tensor log(Tensor x) {
        return engine.execute(new PrimitiveOp.Log(), x);
    }

    public final Tensor sqrt(Tensor x) {
        return engine.execute(new PrimitiveOp.Sqrt(), x);
    }

    public final Tensor sin(Tensor x) {
        return engine.execute(new PrimitiveOp.Sin(), x);
    }

    public final Tensor cos(Tensor x) {
        return engine.execute(new PrimitiveOp.Cos(), x);
    }

    public final Tensor tanh(Tensor x) {
        return engine.execute(new PrimitiveOp.Tanh(), x);
    }

    public final Tensor erf(Tensor x) {
        return engine.execute(new PrimitiveOp.Erf(), x);
    }

    public final Tensor add(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.Add(), a, b);
    }

    public final Tensor sub(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.Sub(), a, b);
    }

    public final Tensor mul(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.Mul(), a, b);
    }

    public final Tensor div(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.Div(), a, b);
    }

    /** The larger of two. */
    public final Tensor maximum(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.Maximum(), a, b);
    }

    public final Tensor less(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.Less(), a, b);
    }

    public final Tensor equal(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.Equal(), a, b);
    }

    public final Tensor and(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.And(), a, b);
    }

    public final Tensor or(Tensor a, Tensor b) {
        return engine.execute(new PrimitiveOp.Or(), a, b);
    }

    public final Tensor not(Tensor a) {
        return engine.execute(new PrimitiveOp.Not(), a);
    }

    /** {@code then} where {@code condition} holds, else {@code otherwise}. */
    public final Tensor where(Tensor condition, Tensor then, Tensor otherwise) {
        return engine.execute(new PrimitiveOp.Where(), condition, then, otherwise);
    }

    /** x · factor. */
    public final Tensor scale(Tensor x, Scalar factor) {
        return mul(x, constant(factor, x.dtype()));
    }

    /** x · factor. */
    public final Tensor scale(Tensor x, double factor) {
        return scale(x, Scalar.of(factor));
    }

    /** x + addend. */
    public final Tensor shift(Tensor x, double addend) {
        return add(x, constant(Scalar.of(addend), x.dtype()));
    }

    // ---- reductions

    /** The sum over {@code axes}, which disappear. */
    public final Tensor sumOver(Tensor x, int... axes) {
        return engine.execute(new PrimitiveOp.Sum(boxed(axes), false), x);
    }

    /** The sum over {@code axes}, which stay with size 1. */
    public final Tensor sum(Tensor x, int... axes) {
        return engine.execute(new PrimitiveOp.Sum(boxed(axes), true), x);
    }

    /** The sum of all elements, a single number. */
    public final Tensor sumAll(Tensor x) {
        return sumOver(x, IntStream.range(0, x.rank()).toArray());
    }

    /** The mean over {@code axis}, which stays with size 1. */
    public final Tensor mean(Tensor x, int axis) {
        return scale(sum(x, axis), Scalar.reciprocal(x.dim(axis)));
    }

    /** The mean of all elements, a single number. */
    public final Tensor meanAll(Tensor x) {
        Dim count = x.shape().dims().stream().reduce(Dim.ONE, Dim::times);
        return scale(sumAll(x), Scalar.reciprocal(count));
    }

    /** The largest value over {@code axes}, which stay with size 1. */
    public final Tensor max(Tensor x, int... axes) {
        return engine.execute(new PrimitiveOp.Max(boxed(axes), true), x);
    }

    /** The index of the first largest value along {@code axis}, which disappears. */
    public final Tensor argMax(Tensor x, int axis) {
        return engine.execute(new PrimitiveOp.ArgMax(axis), x);
    }

    // ---- products

    /** The product of the last two axes; a right side of two axes serves all leading axes of the left. */
    public final Tensor matMul(Tensor left, Tensor right) {
        return matMul(left, right, false, false);
    }

    public final Tensor matMul(Tensor left, Tensor right, boolean transposeLeft, boolean transposeRight) {
        return engine.execute(new PrimitiveOp.MatMul(transposeLeft, transposeRight), left, right);
    }

    // ---- movement

    /** One axis into two: outer · inner. */
    public final Tensor splitAxis(Tensor x, int axis, Dim outer, Dim inner) {
        return engine.execute(new PrimitiveOp.SplitAxis(axis, outer, inner), x);
    }

    /** {@code axis} and the next into one. */
    public final Tensor mergeAxes(Tensor x, int axis) {
        return engine.execute(new PrimitiveOp.MergeAxes(axis), x);
    }

    /** Output axis i is input axis {@code order[i]}. */
    public final Tensor permute(Tensor x, int... order) {
        return engine.execute(new PrimitiveOp.Permute(boxed(order)), x);
    }

    public final Tensor expand(Tensor x, Shape shape) {
        return x.shape().equals(shape) ? x : engine.execute(new PrimitiveOp.Expand(shape), x);
    }

    /** {@code length} positions of {@code axis} from {@code start} on. */
    public final Tensor slice(Tensor x, int axis, Dim start, Dim length) {
        return engine.execute(new PrimitiveOp.Slice(axis, start, length), x);
    }

    public final Tensor pad(Tensor x, int axis, Dim before, Dim after, Scalar value) {
        return engine.execute(new PrimitiveOp.Pad(axis, before, after, value), x);
    }

    public final Tensor concat(int axis, Tensor... parts) {
        return engine.execute(new PrimitiveOp.Concat(axis), parts);
    }

    /** A new axis of size 1 at {@code axis} of the result. */
    public final Tensor unsqueeze(Tensor x, int axis) {
        int at = axis < 0 ? axis + x.rank() + 1 : axis;
        if (x.rank() == 0) {
            return expand(x, Shape.of(Dim.ONE));
        }
        return at < x.rank() ? splitAxis(x, at, Dim.ONE, x.dim(at)) : splitAxis(x, at - 1, x.dim(at - 1), Dim.ONE);
    }

    /** Without {@code axis}, whose size is 1. */
    public final Tensor squeeze(Tensor x, int axis) {
        int at = x.shape().axis(axis);
        if (x.rank() == 1) {
            return sumOver(x, 0);
        }
        return mergeAxes(x, at + 1 < x.rank() ? at : at - 1);
    }

    /** Element {@code index} of a vector, a single number. */
    public final Tensor element(Tensor vector, int index) {
        return sumOver(slice(vector, 0, Dim.of(index), Dim.ONE), 0);
    }

    /** The rows of {@code table} at {@code indices}. */
    public final Tensor gather(Tensor table, Tensor indices) {
        return engine.execute(new PrimitiveOp.Gather(), table, indices);
    }

    /** Zeros of {@code rows} rows, to which each value is added at its index. */
    public final Tensor scatterAdd(Tensor indices, Tensor values, Dim rows) {
        return engine.execute(new PrimitiveOp.ScatterAdd(rows), indices, values);
    }

    // ---- sources and types

    public final Tensor constant(Scalar value, DType dtype) {
        return constant(value, Shape.SCALAR, dtype);
    }

    public final Tensor constant(Scalar value, Shape shape, DType dtype) {
        return engine.execute(new PrimitiveOp.Constant(value, shape, dtype));
    }

    /** {@code value} in the type of {@code x}, which it broadcasts to. */
    public final Tensor constantLike(Tensor x, Scalar value) {
        return constant(value, x.dtype());
    }

    /** Zero in the type of {@code x}, which it broadcasts to. */
    public final Tensor zerosLike(Tensor x) {
        return constantLike(x, Scalar.ZERO);
    }

    /** 0, 1, 2 … along {@code axis}. */
    public final Tensor iota(int axis, Shape shape, DType dtype) {
        return engine.execute(new PrimitiveOp.Iota(axis, shape, dtype));
    }

    /** Uniform on [0, 1). {@code key} is I64 [2]: a key's state and a counter. */
    public final Tensor randomUniform(Shape shape, DType dtype, Tensor key) {
        return engine.execute(new PrimitiveOp.RandomUniform(shape, dtype), key);
    }

    public final Tensor cast(Tensor x, DType to) {
        return x.dtype() == to ? x : engine.execute(new PrimitiveOp.Cast(to), x);
    }

    /** The same values, through which no gradient flows. */
    public final Tensor stopGradient(Tensor x) {
        return engine.execute(new PrimitiveOp.StopGradient(), x);
    }

    // ---- fused operations

    /** xW + b over the last axis; {@code b} may be null. */
    public final Tensor linear(Tensor x, Tensor w, Tensor b) {
        return b == null ? fused(new FusedOp.Linear(false), x, w) : fused(new FusedOp.Linear(true), x, w, b);
    }

    public final Tensor relu(Tensor x) {
        return fused(new FusedOp.Relu(), x);
    }

    /** σ(x) = ½(1 + tanh(x/2)), which overflows nowhere. */
    public final Tensor sigmoid(Tensor x) {
        return scale(shift(tanh(scale(x, 0.5)), 1), 0.5);
    }

    /** The exact GELU. */
    public final Tensor gelu(Tensor x) {
        return fused(new FusedOp.Gelu(false), x);
    }

    /** The GELU's tanh approximation. */
    public final Tensor geluTanh(Tensor x) {
        return fused(new FusedOp.Gelu(true), x);
    }

    public final Tensor softmax(Tensor x) {
        return fused(new FusedOp.Softmax(), x);
    }

    public final Tensor logSoftmax(Tensor x) {
        return fused(new FusedOp.LogSoftmax(), x);
    }

    /** LayerNorm over the last axis; {@code gain} and {@code bias} both or neither null. */
    public final Tensor layerNorm(Tensor x, Tensor gain, Tensor bias, double eps) {
        return gain == null ? fused(new FusedOp.LayerNorm(eps, false), x) : fused(new FusedOp.LayerNorm(eps, true), x, gain, bias);
    }

    /** RMSNorm over the last axis; {@code gain} may be null. */
    public final Tensor rmsNorm(Tensor x, Tensor gain, double eps) {
        return gain == null ? fused(new FusedOp.RmsNorm(eps, false), x) : fused(new FusedOp.RmsNorm(eps, true), x, gain);
    }

    /** Scaled dot-product attention on [batch pos head d]; {@code bias} may be null. */
    public final Tensor attention(Tensor q, Tensor k, Tensor v, Tensor bias, Mask mask, Scalar scale) {
        return bias == null
                ? fused(new FusedOp.Attention(mask, scale, false), q, k, v)
                : fused(new FusedOp.Attention(mask, scale, true), q, k, v, bias);
    }

    /** Pairs of x's features turned by the angles with these cosines and sines, through which no gradient flows. */
    public final Tensor rotate(Tensor x, Tensor cos, Tensor sin, Pairs pairs) {
        return fused(new FusedOp.Rotate(pairs), x, cos, sin);
    }

    /** −log softmax(logits)[target] for each position. */
    public final Tensor crossEntropy(Tensor logits, Tensor targets) {
        return fused(new FusedOp.CrossEntropy(), logits, targets);
    }

    public final Tensor dropout(Tensor x, Tensor key, double rate) {
        return fused(new FusedOp.Dropout(rate), x, key);
    }

    /** Runs {@code op} by the engine's kernel, or by its composition where there is none. */
    public final Tensor fused(FusedOp op, Tensor... inputs) {
        return engine.fuses(op) ? engine.runFused(op, false, inputs).output() : op.compose(this, inputs);
    }

    private static List<Integer> boxed(int... values) {
        return Arrays.stream(values).boxed().toList();
    }
}
