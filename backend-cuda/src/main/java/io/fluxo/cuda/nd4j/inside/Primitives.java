package io.fluxo.cuda.nd4j.inside;

import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.ShapeRules;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.bool.All;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Each primitive in nd4j's operations. Where nd4j's result is not the one defined, the method that mends it says what was found; where a result
 * or an input has no elements, nd4j is not asked. Draws and scatterAdd are computed on the host.
 */
final class Primitives {

    private final Nd4jMemory memory;
    private final Nd4jKernels kernels;
    private final Nd4jNumbers numbers;
    private final Ops ops;

    /** @param ops this backend's own, for what is mended by further operations */
    Primitives(Nd4jMemory memory, Nd4jKernels kernels, Nd4jNumbers numbers, Ops ops) {
        this.memory = memory;
        this.kernels = kernels;
        this.numbers = numbers;
        this.ops = ops;
    }

    /** Writes the result into {@code y}, which has elements; what else is made is left to the innermost scope. */
    void compute(PrimitiveOp op, Nd4jTensor[] in, Nd4jTensor y) {
        switch (op) {
            case Tanh _ -> copy(tanh(in[0]), y);
            case Unary unary -> Nd4jElementwise.unary(unary, in[0].array(), y.array());
            case Maximum _ -> maximum(in[0], in[1], y);
            case Binary binary -> kernels.run(Nd4jElementwise.name(binary), y.array(), in[0].array(), in[1].array());
            case Comparison comparison -> kernels.run(Nd4jElementwise.name(comparison), y.array(), in[0].array(), in[1].array());
            case Not not -> kernels.run(Nd4jElementwise.name(not), y.array(), in[0].array());
            case Logical logical -> kernels.run(Nd4jElementwise.name(logical), y.array(), in[0].array(), in[1].array());
            case Where where -> where(where, in[0], in[1], in[2], y);
            case Reduction reduction -> reduce(reduction, in[0], y);
            case ArgMax(int axis) -> argMax(in[0], axis, y);
            case MatMul matMul -> matMul(matMul, in[0], in[1], y);
            case Permute(List<Integer> order) ->
                    kernels.run("permute", order.stream().mapToLong(in[0].shape()::axis).toArray(), y.array(), in[0].array());
            case Expand _ -> kernels.run("assign", y.array(), y.array(), in[0].array());
            case Slice(int axis, Dim start, Dim _) -> slice(in[0], in[0].shape().axis(axis), start.size(), y);
            case Pad(int axis, Dim before, Dim after, Scalar value) -> pad(in[0], y.shape().axis(axis), before, after, value, y);
            case Concat(int axis) -> concat(y.shape().axis(axis), in, y);
            case Gather _ -> gather(in[0], in[1], y);
            case ScatterAdd _ -> scatterAdd(in[0], in[1], y);
            case Constant(Scalar value, Shape _, DType _) -> fill(y, value.value());
            case Iota(int axis, Shape _, DType _) -> iota(y.shape().axis(axis), y);
            case RandomUniform _ -> random(in[0], y);
            case Cast _ -> cast(in[0], y);
            case SplitAxis _, MergeAxes _, StopGradient _ -> throw new IllegalStateException("a view computes nothing");
        }
    }

    /** {@code x} under another shape, nothing moved. */
    Nd4jTensor reshaped(Nd4jTensor x, Shape shape) {
        if (x.isEmpty()) {
            x.requireAlive();
            return memory.view(x, null, shape);
        }
        INDArray array = x.array();
        return memory.view(x, x.shape().equals(shape) ? array : reshaped(array, shape.sizes()), shape);
    }

    /** What nd4j's {@code reshape} does, without its search for strides. */
    private static INDArray reshaped(INDArray array, int... sizes) {
        return Nd4j.create(array.data(), longs(sizes), longs(Shape.of(sizes).strides()), 0, 'c', array.dataType());
    }

    // ---- element by element

    /**
     * nd4j's own tanh and expm1 subtract 1 from an exponential, which leaves no digits near 0. With t = −2|x| and u = eᵗ, tanh|x| is
     * 1 − 2u/(1 + u), and near 0 it is −m/(m + 2) with m = eᵗ − 1 by Kahan's formula (u − 1)·t/log u, where the errors of u cancel.
     */
    private Tensor tanh(Tensor x) {
        Tensor negative = ops.less(x, ops.zerosLike(x));
        Tensor t = ops.scale(ops.where(negative, ops.neg(x), x), -2);
        Tensor u = ops.exp(t);
        Tensor far = ops.shift(ops.div(ops.scale(u, -2), ops.shift(u, 1)), 1);
        Tensor above = ops.shift(u, -1);
        Tensor m = ops.where(ops.equal(above, ops.zerosLike(x)), t, ops.div(ops.mul(above, t), ops.log(u)));
        Tensor near = ops.neg(ops.div(m, ops.shift(m, 2)));
        Tensor magnitude = ops.where(ops.less(t, ops.constantLike(t, Scalar.of(-1))), far, near);
        return ops.where(negative, ops.neg(magnitude), magnitude);
    }

    /** nd4j's maximum passes over a NaN on the left. */
    private void maximum(Nd4jTensor a, Nd4jTensor b, Nd4jTensor y) {
        kernels.run("maximum", y.array(), a.array(), b.array());
        if (a.dtype().isFloating()) {
            copy(ops.where(ops.equal(a, a), y, a), y);
        }
    }

    /**
     * On bits, b ⊕ ((a ⊕ b) ∧ mask), which is right for every NaN and infinity. nd4j's own {@code select} does not broadcast, and takes 0.15 µs
     * for each element.
     */
    private void where(Where op, Nd4jTensor condition, Nd4jTensor a, Nd4jTensor b, Nd4jTensor y) {
        DType bits = switch (y.dtype()) {
            case F32, I32, BF16 -> DType.I32;
            case F64, I64 -> DType.I64;
            case BOOL -> DType.BOOL;
        };
        if (bits == DType.BOOL) {
            copy(ops.or(ops.and(condition, a), ops.and(ops.not(condition), b)), y);
            return;
        }
        Nd4jTensor mask = memory.allocate(condition.shape(), bits);
        mask.array().assign(condition.array());
        kernels.run("multiply", mask.array(), mask.array(), numbers.of(-1, bits));   // all bits, or none
        INDArray left = bits(a, bits);
        INDArray right = bits(b, bits);
        INDArray differing = memory.allocate(ShapeRules.broadcast(op, a.shape(), b.shape()), bits).array();
        kernels.run("bitwise_xor", differing, left, right);
        INDArray chosen = memory.allocate(y.shape(), bits).array();
        kernels.run("bitwise_and", chosen, differing, mask.array());
        kernels.run("bitwise_xor", chosen, chosen, right);
        if (y.dtype() == bits) {
            y.array().assign(chosen);
        } else {
            kernels.run("bitcast", new long[] {y.array().dataType().toInt()}, y.array(), chosen);
        }
    }

    private INDArray bits(Nd4jTensor x, DType bits) {
        if (x.dtype() == bits) {
            return x.array();
        }
        INDArray cast = memory.allocate(x.shape(), bits).array();
        kernels.run("bitcast", new long[] {cast.dataType().toInt()}, cast, x.array());
        return cast;
    }

    // ---- over axes

    private void reduce(Reduction op, Nd4jTensor x, Nd4jTensor y) {
        if (x.isEmpty()) {
            fill(y, op instanceof Sum ? 0 : x.dtype().isFloating() ? Double.NEGATIVE_INFINITY : x.dtype() == DType.I64 ? Long.MIN_VALUE : Integer.MIN_VALUE);
            return;
        }
        long[] axes = op.axes().stream().mapToLong(x.shape()::axis).distinct().toArray();
        if (axes.length == 0) {
            copy(x, y);
            return;
        }
        switch (op) {
            case Sum _ -> kernels.reduce("reduce_sum", axes, op.keep(), y.array(), x.array());
            case Max _ -> max(axes, op.keep(), x, y);
        }
    }

    /** nd4j's reduce_max passes over NaN. */
    private void max(long[] axes, boolean keep, Nd4jTensor x, Nd4jTensor y) {
        kernels.reduce("reduce_max", axes, keep, y.array(), x.array());
        if (x.dtype().isFloating()) {
            Nd4jTensor numbersAlone = memory.allocate(y.shape(), DType.BOOL);
            int[] along = Arrays.stream(axes).mapToInt(Math::toIntExact).toArray();
            Nd4j.getExecutioner().exec(new All(own(ops.equal(x, x)).array(), numbersAlone.array(), keep, along));
            copy(ops.where(numbersAlone, y, ops.constantLike(y, Scalar.of(Double.NaN))), y);
        }
    }

    private void argMax(Nd4jTensor x, int axis, Nd4jTensor y) {
        if (x.isEmpty()) {
            throw new IllegalArgumentException(Text.format("argMax: axis %d of %s is empty", axis, x.shape()));
        }
        kernels.run("argmax", new long[] {x.shape().axis(axis)}, y.array(), x.dtype().isFloating() ? own(withNaNLargest(x, axis)).array() : x.array());
    }

    /** nd4j's argmax passes over NaN: where a row along {@code axis} has one, NaN becomes 0 and all else −∞. */
    private Tensor withNaNLargest(Tensor x, int axis) {
        Tensor largest = ops.max(x, axis);
        Tensor numbers = ops.where(ops.equal(largest, largest), x, ops.constantLike(x, Scalar.NEGATIVE_INFINITY));
        return ops.where(ops.equal(x, x), numbers, ops.zerosLike(x));
    }

    /** What lies beyond an integer type is anything in nd4j. */
    private void cast(Nd4jTensor x, Nd4jTensor y) {
        if (x.isEmpty() || !x.dtype().isFloating() || y.dtype() != DType.I32 && y.dtype() != DType.I64) {
            y.array().assign(x.array());
            return;
        }
        double end = y.dtype() == DType.I32 ? 0x1p31 : 0x1p63;
        Tensor below = ops.less(x, ops.constantLike(x, Scalar.of(-end)));
        Tensor notAbove = ops.less(x, ops.constantLike(x, Scalar.of(end)));
        y.array().assign(own(ops.where(below, ops.zerosLike(x), ops.where(notAbove, x, ops.zerosLike(x)))).array());
        Tensor first = ops.constant(Scalar.of(-end), y.shape(), y.dtype());
        Tensor last = ops.sub(ops.constant(Scalar.of(-1), y.shape(), y.dtype()), first);
        copy(ops.where(below, first, ops.where(notAbove, y, ops.where(ops.equal(x, x), last, y))), y);
    }

    /** nd4j's product knows one leading axis, on both sides. */
    private void matMul(MatMul op, Nd4jTensor a, Nd4jTensor b, Nd4jTensor y) {
        if (a.isEmpty() || b.isEmpty()) {
            fill(y, 0);                                                              // sums over nothing
            return;
        }
        Shape left = a.shape();
        int columns = left.size(-1);
        int rows = left.rank() == 1 ? 1 : left.size(-2);
        int n = y.shape().size(-1);
        long[] transposed = {op.transposeLeft() ? 1 : 0, op.transposeRight() ? 1 : 0, 0};
        boolean shared = b.shape().rank() == 2;
        if (shared && !op.transposeLeft()) {                                         // one right side for all rows: one product
            int all = left.elements() / columns;
            kernels.run("matmul", transposed, flat(y, all, n), flat(a, all, columns), b.array());
        } else if (left.rank() == 2) {
            kernels.run("matmul", transposed, y.array(), a.array(), b.array());
        } else {
            int batch = left.elements() / (rows * columns);
            int right = b.shape().size(-2);
            Nd4jTensor batched = shared ? own(ops.expand(b, Shape.of(batch, right, b.shape().size(1)))) : b;
            kernels.run("matmul", transposed, flat(y, batch, op.transposeLeft() ? columns : rows, n), flat(a, batch, rows, columns),
                    flat(batched, batch, right, b.shape().size(-1)));
        }
    }

    private static INDArray flat(Nd4jTensor x, int... sizes) {
        return Arrays.equals(x.shape().sizes(), sizes) ? x.array() : reshaped(x.array(), sizes);
    }

    // ---- elements to other places

    private void slice(Nd4jTensor x, int axis, int start, Nd4jTensor y) {
        int rank = x.shape().rank();
        long[] window = new long[2 * rank];
        window[axis] = start;
        for (int i = 0; i < rank; i++) {
            window[rank + i] = y.shape().size(i);
        }
        kernels.run("slice", window, y.array(), x.array());
    }

    private void pad(Nd4jTensor x, int axis, Dim before, Dim after, Scalar value, Nd4jTensor y) {
        Nd4jTensor[] parts = Stream.of(ops.constant(value, y.shape().with(axis, before), y.dtype()), x,
                ops.constant(value, y.shape().with(axis, after), y.dtype())).map(Primitives::own).toArray(Nd4jTensor[]::new);
        concat(axis, parts, y);
    }

    private void concat(int axis, Nd4jTensor[] parts, Nd4jTensor y) {
        kernels.run("concat", new long[] {axis}, y.array(),
                Arrays.stream(parts).filter(part -> !part.isEmpty()).map(Nd4jTensor::array).toArray(INDArray[]::new));
    }

    /** In two axes: nd4j's gather ends the process on some tables of one. */
    private void gather(Nd4jTensor table, Nd4jTensor indices, Nd4jTensor y) {
        int rows = table.shape().size(0);
        int width = table.shape().elementsFrom(1);
        int count = indices.shape().elements();
        rows(indices, rows, "gather");
        kernels.run("gather", new long[] {0}, flat(y, count, width), flat(table, rows, width), flat(indices, count));
    }

    /** On the host, in the order of the indices, which nd4j's own does not promise. */
    private void scatterAdd(Nd4jTensor indices, Nd4jTensor values, Nd4jTensor y) {
        int width = y.shape().elementsFrom(1);
        int[] rows = rows(indices, y.shape().size(0), "scatterAdd");
        HostArray added = Nd4jHostValues.read(values);
        Nd4jHostValues.write(switch (added.array()) {
            case float[] in -> {
                float[] sums = new float[y.shape().elements()];
                for (int i = 0; i < in.length; i++) {
                    sums[rows[i / width] * width + i % width] += in[i];
                }
                yield HostArray.of(y.shape(), sums);
            }
            case double[] in -> {
                double[] sums = new double[y.shape().elements()];
                for (int i = 0; i < in.length; i++) {
                    sums[rows[i / width] * width + i % width] += in[i];
                }
                yield HostArray.of(y.shape(), sums);
            }
            default -> throw new IllegalArgumentException("scatterAdd: a floating type is needed, not " + values.dtype().label());
        }, y.array());
    }

    private static int[] rows(Nd4jTensor indices, int bound, String op) {
        long[] rows = indices.isEmpty() ? new long[0] : indices.array().data().asLong();
        int[] checked = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= bound) {
                throw new IndexOutOfBoundsException(Text.format("%s: index %d (element %d) is not one of %d rows", op, rows[i], i, bound));
            }
            checked[i] = (int) rows[i];
        }
        return checked;
    }

    // ---- out of nothing

    private void iota(int axis, Nd4jTensor y) {
        int[] sizes = new int[y.shape().rank()];
        Arrays.fill(sizes, 1);
        sizes[axis] = y.shape().size(axis);
        Nd4jTensor counts = memory.allocate(Shape.of(sizes), y.dtype());
        Nd4jHostValues.write(HostArray.of(counts.shape(), y.dtype(), IntStream.range(0, sizes[axis]).asDoubleStream().toArray()), counts.array());
        kernels.run("assign", y.array(), y.array(), counts.array());
    }

    /** Drawn on the host: the key's bits are 64-bit integer arithmetic. */
    private static void random(Nd4jTensor key, Nd4jTensor y) {
        long[] state = key.array().data().asLong();
        RandomKey stream = new RandomKey(state[0]);
        double[] draws = new double[y.shape().elements()];
        for (int i = 0; i < draws.length; i++) {
            draws[i] = y.dtype() == DType.F32 ? (stream.bits(state[1] + i) >>> 40) * 0x1p-24 : stream.uniform(state[1] + i);
        }
        Nd4jHostValues.write(HostArray.of(y.shape(), y.dtype(), draws), y.array());
    }

    private void fill(Nd4jTensor y, double value) {
        kernels.run("assign", y.array(), y.array(), numbers.of(value, y.dtype()));
    }

    private static void copy(Tensor from, Nd4jTensor to) {
        to.array().assign(own(from).array());
    }

    private static Nd4jTensor own(Tensor tensor) {
        return (Nd4jTensor) tensor;
    }

    private static long[] longs(int... sizes) {
        return Arrays.stream(sizes).asLongStream().toArray();
    }
}
