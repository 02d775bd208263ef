package io.fluxo.cuda.torch.inside;

import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Each primitive in libtorch's operations. Movements are views wherever libtorch can make one. Draws are computed on the host. */
final class Primitives {

    private final Numbers numbers;

    Primitives(Numbers numbers) {
        this.numbers = numbers;
    }

    /** A fresh tensor of libtorch's, never one of {@code in}. */
    Tensor compute(PrimitiveOp op, Shape shape, DType dtype, TorchTensor... in) {
        return switch (op) {
            case Unary unary -> Elementwise.unary(unary, in[0].handle());
            case Binary binary -> Elementwise.binary(binary, dtype, in[0].handle(), in[1].handle());
            case Comparison comparison -> Elementwise.comparison(comparison, in[0].handle(), in[1].handle());
            case Logical logical -> Elementwise.logical(logical, handles(in));
            case Where _ -> torch.where(in[0].handle(), in[1].handle(), in[2].handle());
            case Reduction reduction -> reduce(reduction, in[0], shape, dtype);
            case ArgMax(int axis) -> argMax(in[0], axis);
            case MatMul(boolean left, boolean right) -> product(in[0].handle(), in[1].handle(), left, right);
            case SplitAxis _, MergeAxes _ -> in[0].handle().reshape(Sizes.of(shape));
            case Permute(List<Integer> order) -> in[0].handle().permute(order.stream().mapToLong(in[0].shape()::axis).toArray());
            case Expand _ -> in[0].handle().expand(Sizes.of(shape));
            case Slice(int axis, Dim start, Dim length) -> in[0].handle().narrow(shape.axis(axis), start.size(), length.size());
            case Pad(int axis, Dim before, Dim after, Scalar value) -> pad(in[0], shape.axis(axis), before.size(), after.size(), value);
            case Concat(int axis) -> torch.cat(new TensorVector(handles(in)), shape.axis(axis));
            case Gather _ -> gather(in[0], in[1], shape);
            case ScatterAdd _ -> scatterAdd(in[0], in[1], shape, dtype);
            case Constant(Scalar value, Shape _, DType _) -> numbers.of(value.value(), shape, dtype);
            case Iota(int axis, Shape _, DType _) -> iota(shape, shape.axis(axis), dtype);
            case RandomUniform _ -> random(in[0], shape, dtype);
            case Cast _ -> Elementwise.cast(in[0].handle(), in[0].dtype(), dtype);
            case StopGradient _ -> in[0].handle().alias();
        };
    }

    private static Tensor[] handles(TorchTensor... in) {
        return Arrays.stream(in).map(TorchTensor::handle).toArray(Tensor[]::new);
    }

    // ---- over axes

    private Tensor reduce(Reduction op, TorchTensor x, Shape shape, DType dtype) {
        long[] axes = Sizes.axes(op.axes(), x.shape());
        if (axes.length == 0) {                                                      // to libtorch, no axes are all axes
            return x.handle().alias();
        }
        return switch (op) {
            case Sum _ -> torch.sum(x.handle(), axes, op.keep(), new ScalarTypeOptional(Types.of(dtype)));
            case Max _ when x.shape().elements() == 0 -> {
                x.handle();
                yield numbers.of(least(dtype), shape, dtype);
            }
            case Max _ -> torch.amax(x.handle(), axes, op.keep());
        };
    }

    private static double least(DType dtype) {
        return switch (dtype) {
            case F32, F64, BF16 -> Double.NEGATIVE_INFINITY;
            case I32 -> Integer.MIN_VALUE;
            case I64 -> Long.MIN_VALUE;
            case BOOL -> 0;
        };
    }

    private static Tensor argMax(TorchTensor x, int axis) {
        if (x.shape().size(axis) == 0) {
            throw new IllegalArgumentException(Text.format("argMax: axis %d of %s is empty", axis, x.shape()));
        }
        return torch.argmax(x.handle(), new LongOptional(x.shape().axis(axis)), false).to(ScalarType.Int);
    }

    private static Tensor product(Tensor a, Tensor b, boolean transposeLeft, boolean transposeRight) {
        return torch.matmul(transposeLeft ? a.transpose(-2, -1) : a, transposeRight ? b.transpose(-2, -1) : b);
    }

    // ---- elements to other places

    private static Tensor pad(TorchTensor x, int axis, int before, int after, Scalar value) {
        long[] widths = new long[2 * (x.shape().rank() - axis)];                     // from the last axis on
        widths[widths.length - 2] = before;
        widths[widths.length - 1] = after;
        return torch.constant_pad_nd(x.handle(), widths, new org.bytedeco.pytorch.Scalar(value.value()));
    }

    private static Tensor gather(TorchTensor table, TorchTensor indices, Shape shape) {
        Indices.check(indices, table.shape().size(0), "gather");
        return torch.index_select(table.handle(), 0, indices.handle().reshape(-1)).reshape(Sizes.of(shape));
    }

    /** The gradient of libtorch's embedding adds in the order of the indices, but knows real numbers alone. */
    private Tensor scatterAdd(TorchTensor indices, TorchTensor values, Shape shape, DType dtype) {
        Indices.check(indices, shape.size(0), "scatterAdd");
        if (shape.elements() == 0 || values.shape().elements() == 0) {
            values.handle();
            return numbers.of(0, shape, dtype);
        }
        Tensor at = indices.handle().reshape(-1);
        Tensor rows = values.handle().reshape(indices.shape().elements(), shape.elementsFrom(1));
        if (dtype.isFloating()) {
            return torch.embedding_dense_backward(rows, at, shape.size(0), -1, false).reshape(Sizes.of(shape));
        }
        Tensor zeros = torch.zeros(new long[] {shape.size(0), shape.elementsFrom(1)}, new TensorOptions(Types.of(dtype)));
        return torch.index_add(zeros, 0, at, rows).reshape(Sizes.of(shape));
    }

    // ---- out of nothing

    private static Tensor iota(Shape shape, int axis, DType dtype) {
        long[] sizes = new long[shape.rank()];
        Arrays.fill(sizes, 1);
        sizes[axis] = shape.size(axis);
        Tensor counts = torch.arange(new org.bytedeco.pytorch.Scalar(sizes[axis]), new TensorOptions(Types.of(dtype)));
        return counts.reshape(sizes).expand(Sizes.of(shape));
    }

    /** Drawn on the host: the key's bits are 64-bit integer arithmetic. */
    private static Tensor random(TorchTensor key, Shape shape, DType dtype) {
        long[] state = (long[]) HostValues.download(key.handle(), key.shape(), DType.I64).array();
        RandomKey stream = new RandomKey(state[0]);
        double[] draws = new double[shape.elements()];
        for (int i = 0; i < draws.length; i++) {
            draws[i] = dtype == DType.F32 ? (stream.bits(state[1] + i) >>> 40) * 0x1p-24 : stream.uniform(state[1] + i);
        }
        return HostValues.upload(HostArray.of(shape, dtype, draws));
    }
}
