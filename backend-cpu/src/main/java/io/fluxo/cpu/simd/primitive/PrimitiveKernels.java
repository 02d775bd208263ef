package io.fluxo.cpu.simd.primitive;

import static io.fluxo.cpu.simd.vector.Lanes.BLOCK;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.loops.Broadcast;
import io.fluxo.cpu.simd.loops.Draws;
import io.fluxo.cpu.simd.loops.Elementwise;
import io.fluxo.cpu.simd.loops.Reductions;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.products.Gemm;
import io.fluxo.cpu.simd.products.Gemm.Batch;
import io.fluxo.cpu.simd.products.Gemm.Product;
import io.fluxo.cpu.simd.products.StridedMatrix;
import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ProductSizes;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.ShapeRules;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The kernel of each primitive operation, prepared on its arrays. */
public final class PrimitiveKernels {

    private final Memory memory;
    private final Workers workers;
    private final Gemm gemm;

    public PrimitiveKernels(Memory memory, Workers workers, Gemm gemm) {
        this.memory = memory;
        this.workers = workers;
        this.gemm = gemm;
    }

    /** {@code y} ← op(in). Views have no kernel. */
    public Kernel plan(PrimitiveOp op, SimdTensor[] in, SimdTensor y) {
        return switch (op) {
            case Binary binary when y.dtype() == DType.F32 && in[0].shape().equals(in[1].shape()) -> same(binary, in[0].floats(), in[1].floats(), y);
            case MatMul matMul -> Kernel.of(matMul(matMul, in[0], in[1], y));
            case Unary unary -> {
                float[] from = in[0].floats();
                float[] to = y.floats();
                yield Kernel.of(workers.plan(Lanes.padded(y.elements()), BLOCK, Elementwise.nanos(unary), (i, end, _) -> Elementwise.unary(unary, from, to, i, end)));
            }
            default -> Kernel.of(body(op, lasting(in), y.lasting()));
        };
    }

    private static SimdTensor[] lasting(SimdTensor[] tensors) {
        return Arrays.stream(tensors).map(SimdTensor::lasting).toArray(SimdTensor[]::new);
    }

    private Kernel same(Binary op, float[] a, float[] b, SimdTensor y) {
        float[] to = y.floats();
        Runnable body = workers.plan(Lanes.padded(y.elements()), BLOCK, 0.2, (i, end, _) -> Elementwise.same(op, a, b, to, i, end));
        int columns = y.width();
        return op instanceof Add && columns > 0 ? new Kernel(body, new Kernel.Form.Adds(a, b, to, y.elements() / columns, columns)) : Kernel.of(body);
    }

    private Runnable body(PrimitiveOp op, SimdTensor[] in, SimdTensor y) {
        return switch (op) {
            case Binary binary -> {
                Broadcast walk = new Broadcast(y.shape(), in[0].shape(), in[1].shape());
                yield y.dtype() == DType.F32 ? Elementwise.binary(binary, in[0].floats(), in[1].floats(), y.floats(), walk)
                        : () -> Scalars.integers(binary, in[0], in[1], y, walk);
            }
            case Comparison comparison -> {
                Broadcast walk = new Broadcast(y.shape(), in[0].shape(), in[1].shape());
                yield () -> Scalars.compare(comparison, in[0], in[1], y.booleans(), walk);
            }
            case Not not -> {
                Broadcast walk = new Broadcast(y.shape(), in[0].shape());
                yield () -> Scalars.logical(not, in[0].booleans(), null, y.booleans(), walk);
            }
            case Logical logical -> {
                Broadcast walk = new Broadcast(y.shape(), in[0].shape(), in[1].shape());
                yield () -> Scalars.logical(logical, in[0].booleans(), in[1].booleans(), y.booleans(), walk);
            }
            case Where _ -> {
                Broadcast walk = new Broadcast(y.shape(), in[0].shape(), in[1].shape(), in[2].shape());
                yield () -> Scalars.where(in[0].booleans(), in[1], in[2], y, walk);
            }
            case Reduction reduction -> reduce(reduction, in[0], y);
            case ArgMax(int axis) -> {
                int at = in[0].shape().axis(axis);
                yield () -> Scalars.argMax(in[0], outer(in[0].shape(), at), in[0].shape().size(at), in[0].shape().elementsFrom(at + 1), y.ints());
            }
            case Permute(List<Integer> order) -> Movements.permute(in[0].alive(), in[0].shape(), order, y.alive(), y.shape());
            case Expand _ -> Movements.expand(in[0].alive(), in[0].shape(), y.alive(), y.shape());
            case Slice(int axis, Dim start, Dim length) -> {
                int at = in[0].shape().axis(axis);
                yield () -> Movements.copyAxis(in[0].alive(), start.size(), in[0].shape().size(at), y.alive(), 0, length.size(), outer(y.shape(), at),
                        length.size(), y.shape().elementsFrom(at + 1));
            }
            case Pad(int axis, Dim before, Dim _, Scalar value) -> {
                int at = in[0].shape().axis(axis);
                int size = in[0].shape().size(at);
                yield () -> {
                    Scalars.fill(value.value(), y);
                    Movements.copyAxis(in[0].alive(), 0, size, y.alive(), before.size(), y.shape().size(at), outer(y.shape(), at), size,
                            y.shape().elementsFrom(at + 1));
                };
            }
            case Concat(int axis) -> () -> concat(axis, in, y);
            case Gather _ -> () -> gather(in[0], in[1], y);
            case ScatterAdd _ -> () -> scatterAdd(in[0], in[1], y);
            case Constant(Scalar value, Shape _, DType _) -> () -> Scalars.fill(value.value(), y);
            case Iota(int axis, Shape _, DType _) -> () -> Scalars.iota(axis, y);
            case RandomUniform _ -> {
                long[] key = in[0].longs();
                float[] draws = y.floats();
                yield workers.plan(y.elements(), BLOCK, Draws.NANOS, (from, to, _) -> Draws.uniform(key, draws, from, to));
            }
            case Cast _ -> () -> Scalars.cast(in[0], y);
            case Unary _, MatMul _ -> throw new IllegalStateException("made ready elsewhere");
            case SplitAxis _, MergeAxes _, StopGradient _ -> throw new IllegalStateException("a view computes nothing");
        };
    }

    private Runnable reduce(Reduction op, SimdTensor x, SimdTensor y) {
        Shape shape = x.shape();
        int[] axes = op.axes().stream().mapToInt(shape::axis).sorted().distinct().toArray();
        return axes.length > 0 && axes[axes.length - 1] - axes[0] + 1 != axes.length ? reduceApart(op, x, axes, y) : reduceNeighbours(op, x, axes, y);
    }

    /** Reduces axes that are not adjacent: a copy puts them last. */
    private Runnable reduceApart(Reduction op, SimdTensor x, int[] axes, SimdTensor y) {
        Shape shape = x.shape();
        List<Integer> order = IntStream.concat(IntStream.range(0, shape.rank()).filter(axis -> IntStream.of(axes).noneMatch(reduced -> reduced == axis)),
                IntStream.of(axes)).boxed().toList();
        Shape permuted = ShapeRules.KNOWN.shape(new Permute(order), x);
        SimdTensor copy = new SimdTensor(Memory.ArrayBuffer.lasting(x.dtype() == DType.F32 ? memory.lend(x.elements()) : like(x.alive())), permuted, x.dtype());
        Runnable moving = Movements.permute(x.alive(), shape, order, copy.alive(), permuted);
        Runnable reducing = reduceNeighbours(op, copy, IntStream.range(shape.rank() - axes.length, shape.rank()).toArray(), y);
        return () -> {
            moving.run();
            reducing.run();
        };
    }

    /** An array of the same type and length. */
    private static Object like(Object array) {
        return switch (array) {
            case int[] integers -> new int[integers.length];
            case long[] integers -> new long[integers.length];
            case boolean[] truths -> new boolean[truths.length];
            default -> throw new IllegalStateException("simd has no " + array.getClass().getSimpleName());
        };
    }

    private static Runnable reduceNeighbours(Reduction op, SimdTensor x, int[] axes, SimdTensor y) {
        Shape shape = x.shape();
        int first = axes.length == 0 ? shape.rank() : axes[0];
        int count = IntStream.of(axes).map(shape::size).reduce(1, (size, next) -> size * next);
        int inner = shape.elementsFrom(first + axes.length);
        int outer = outer(shape, first);
        if (x.dtype() != DType.F32) {
            return () -> Scalars.reduce(op, x, outer, count, inner, y);
        }
        return switch (op) {
            case Sum _ -> () -> Reductions.sum(x.floats(), outer, count, inner, y.floats());
            case Max _ -> () -> Reductions.max(x.floats(), outer, count, inner, y.floats());
        };
    }

    private Runnable matMul(MatMul op, SimdTensor a, SimdTensor b, SimdTensor y) {
        ProductSizes sizes = ProductSizes.of(op, a.shape(), b.shape(), y.shape());
        int m = sizes.m();
        int n = sizes.n();
        int k = sizes.k();
        StridedMatrix right = StridedMatrix.of(b.floats(), b.shape().size(-1));
        right = op.transposeRight() ? right.transposed() : right;
        List<Product> products = new ArrayList<>();
        for (int i = 0; i < sizes.batch(); i++) {
            StridedMatrix block = StridedMatrix.of(a.floats(), sizes.leftColumns()).from(i * sizes.leftRows() * sizes.leftColumns());
            products.add(new Product(m, n, k, op.transposeLeft() ? block.transposed() : block, sizes.shared() ? right : right.from(i * k * n),
                    StridedMatrix.of(y.floats(), n).from(i * m * n), null));
        }
        return gemm.plan(List.of(new Batch(products)));
    }

    private static void concat(int axis, SimdTensor[] in, SimdTensor y) {
        int at = y.shape().axis(axis);
        int start = 0;
        for (SimdTensor part : in) {
            int size = part.shape().size(at);
            Movements.copyAxis(part.alive(), 0, size, y.alive(), start, y.shape().size(at), outer(y.shape(), at), size, y.shape().elementsFrom(at + 1));
            start += size;
        }
    }

    private static void gather(SimdTensor table, SimdTensor indices, SimdTensor y) {
        int row = table.shape().elementsFrom(1);
        int rows = table.shape().size(0);
        for (int i = 0; i < indices.elements(); i++) {
            Movements.copy(table.alive(), index(indices, i, rows, "gather") * row, y.alive(), i * row, row);
        }
    }

    private static void scatterAdd(SimdTensor indices, SimdTensor values, SimdTensor y) {
        int row = y.shape().elementsFrom(1);
        int rows = y.shape().size(0);
        Arrays.fill(y.floats(), 0, y.elements(), 0);
        for (int i = 0; i < indices.elements(); i++) {
            Reductions.addRow(y.floats(), index(indices, i, rows, "scatterAdd") * row, values.floats(), i * row, row);
        }
    }

    private static int index(SimdTensor indices, int i, int rows, String op) {
        long index = Scalars.integer(indices, i);
        if (index < 0 || index >= rows) {
            throw new IndexOutOfBoundsException(Text.format("%s: index %d (element %d) is not one of %d rows", op, index, i, rows));
        }
        return (int) index;
    }

    private static int outer(Shape shape, int axis) {
        int count = 1;
        for (int i = 0; i < axis; i++) {
            count *= shape.size(i);
        }
        return count;
    }
}
