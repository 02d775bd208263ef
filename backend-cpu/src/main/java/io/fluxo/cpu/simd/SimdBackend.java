package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.BLOCK;

import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Float32 on the JDK's Vector API: primitives, and kernels for what transformers spend their time on. Results have the same bits whatever the
 * number of threads and the width of the machine's vectors.
 */
final class SimdBackend implements Backend {

    private final Memory memory = new Memory();
    private final Workers workers;
    private final Gemm gemm;
    private final FusedKernels kernels;

    SimdBackend(int threads) {
        workers = new Workers(threads);
        gemm = new Gemm(memory, workers);
        kernels = new FusedKernels(memory, workers, gemm);
    }

    @Override
    public String name() {
        return "simd";
    }

    @Override
    public Set<DType> dtypes() {
        return Set.of(DType.F32);
    }

    @Override
    public Tensor upload(HostArray values) {
        SimdTensor tensor = allocate(values.shape(), values.dtype());
        System.arraycopy(values.array(), 0, tensor.alive(), 0, values.elements());
        return tensor;
    }

    @Override
    public HostArray download(Tensor tensor) {
        SimdTensor x = in(tensor);
        Object copy = switch (x.dtype()) {
            case F32 -> new float[x.elements()];
            case I32 -> new int[x.elements()];
            case I64 -> new long[x.elements()];
            case BOOL -> new boolean[x.elements()];
            case F64, BF16 -> throw new IllegalStateException("simd has no " + x.dtype().label());
        };
        System.arraycopy(guarded("download", x::alive), 0, copy, 0, x.elements());
        return new HostArray(x.shape(), x.dtype(), copy);
    }

    @Override
    public TensorScope openScope() {
        return memory.open();
    }

    @Override
    public void release(Tensor tensor) {
        in(tensor).release(memory);
    }

    @Override
    public void close() {
        workers.close();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... in) {
        return guarded(op.name(), () -> {
            Shape shape = ShapeRules.KNOWN.shape(op, in);
            DType dtype = ShapeRules.dtype(op, in);
            return switch (op) {
                case SplitAxis _, MergeAxes _, StopGradient _ -> in(in[0]).as(shape);
                default -> compute(op, in, allocate(shape, dtype));
            };
        });
    }

    private SimdTensor compute(PrimitiveOp op, Tensor[] in, SimdTensor y) {
        switch (op) {
            case Unary unary -> {
                float[] from = in(in[0]).floats();
                float[] to = y.floats();
                workers.share(Lanes.padded(y.elements()), BLOCK, Elementwise.nanos(unary), (i, end, _) -> Elementwise.unary(unary, from, to, i, end));
            }
            case Binary binary when y.dtype() == DType.F32 && in[0].shape().equals(in[1].shape()) -> {
                float[] left = in(in[0]).floats();
                float[] right = in(in[1]).floats();
                float[] to = y.floats();
                workers.share(Lanes.padded(y.elements()), BLOCK, 0.2, (i, end, _) -> Elementwise.same(binary, left, right, to, i, end));
            }
            case Binary binary -> {
                Broadcast walk = new Broadcast(y.shape(), in[0].shape(), in[1].shape());
                switch (y.dtype()) {
                    case F32 -> Elementwise.binary(binary, in(in[0]).floats(), in(in[1]).floats(), y.floats(), walk);
                    default -> Scalars.integers(binary, in(in[0]), in(in[1]), y, walk);
                }
            }
            case Comparison comparison ->
                    Scalars.compare(comparison, in(in[0]), in(in[1]), y.booleans(), new Broadcast(y.shape(), in[0].shape(), in[1].shape()));
            case Not not -> Scalars.logical(not, in(in[0]).booleans(), null, y.booleans(), new Broadcast(y.shape(), in[0].shape()));
            case Logical logical -> Scalars.logical(logical, in(in[0]).booleans(), in(in[1]).booleans(), y.booleans(),
                    new Broadcast(y.shape(), in[0].shape(), in[1].shape()));
            case Where _ -> Scalars.where(in(in[0]).booleans(), in(in[1]), in(in[2]), y,
                    new Broadcast(y.shape(), in[0].shape(), in[1].shape(), in[2].shape()));
            case Reduction reduction -> reduce(reduction, in(in[0]), y);
            case ArgMax(int axis) -> argMax(in(in[0]), axis, y.ints());
            case MatMul matMul -> matMul(matMul, in(in[0]), in(in[1]), y);
            case Permute(List<Integer> order) -> Movements.permute(in(in[0]).alive(), in[0].shape(), order, y.alive(), y.shape());
            case Expand _ -> Movements.expand(in(in[0]).alive(), in[0].shape(), y.alive(), y.shape());
            case Slice(int axis, Dim start, Dim length) -> {
                int at = in[0].shape().axis(axis);
                Movements.copyAxis(in(in[0]).alive(), start.size(), in[0].shape().size(at), y.alive(), 0, length.size(), outer(y.shape(), at),
                        length.size(), y.shape().elementsFrom(at + 1));
            }
            case Pad(int axis, Dim before, Dim _, Scalar value) -> {
                int at = in[0].shape().axis(axis);
                int size = in[0].shape().size(at);
                Scalars.fill(value.value(), y);
                Movements.copyAxis(in(in[0]).alive(), 0, size, y.alive(), before.size(), y.shape().size(at), outer(y.shape(), at), size,
                        y.shape().elementsFrom(at + 1));
            }
            case Concat(int axis) -> concat(axis, in, y);
            case Gather _ -> gather(in(in[0]), in(in[1]), y);
            case ScatterAdd _ -> scatterAdd(in(in[0]), in(in[1]), y);
            case Constant(Scalar value, Shape _, DType _) -> Scalars.fill(value.value(), y);
            case Iota(int axis, Shape _, DType _) -> Scalars.iota(axis, y);
            case RandomUniform _ -> random(in(in[0]).longs(), y.floats(), y.elements());
            case Cast _ -> Scalars.cast(in(in[0]), y);
            case SplitAxis _, MergeAxes _, StopGradient _ -> throw new IllegalStateException("a view computes nothing");
        }
        return y;
    }

    private void reduce(Reduction op, SimdTensor x, SimdTensor y) {
        Shape shape = x.shape();
        int[] axes = op.axes().stream().mapToInt(shape::axis).sorted().distinct().toArray();
        SimdTensor source = x;
        if (axes.length > 0 && axes[axes.length - 1] - axes[0] + 1 != axes.length) {
            int[] order = IntStream.concat(IntStream.range(0, shape.rank()).filter(axis -> IntStream.of(axes).noneMatch(reduced -> reduced == axis)),
                    IntStream.of(axes)).toArray();
            source = in(new Ops(this).permute(x, order));
            shape = source.shape();
            for (int i = 0; i < axes.length; i++) {
                axes[i] = shape.rank() - axes.length + i;
            }
        }
        int first = axes.length == 0 ? shape.rank() : axes[0];
        int size = 1;
        for (int axis : axes) {
            size *= shape.size(axis);
        }
        int inner = shape.elementsFrom(first + axes.length);
        int outer = outer(shape, first);
        if (x.dtype() != DType.F32) {
            Scalars.reduce(op, source, outer, size, inner, y);
            return;
        }
        switch (op) {
            case Sum _ -> Reductions.sum(source.floats(), outer, size, inner, y.floats());
            case Max _ -> Reductions.max(source.floats(), outer, size, inner, y.floats());
        }
    }

    private static void argMax(SimdTensor x, int axis, int[] y) {
        int at = x.shape().axis(axis);
        Scalars.argMax(x, outer(x.shape(), at), x.shape().size(at), x.shape().elementsFrom(at + 1), y);
    }

    private void matMul(MatMul op, SimdTensor a, SimdTensor b, SimdTensor y) {
        Shape left = a.shape();
        int columns = left.size(-1);
        int rows = left.rank() == 1 ? 1 : left.size(-2);
        int m = op.transposeLeft() ? columns : rows;
        int k = op.transposeLeft() ? rows : columns;
        int n = y.shape().size(-1);
        int batch = columns * rows == 0 ? outer(left, Math.max(0, left.rank() - 2)) : left.elements() / (columns * rows);
        boolean shared = b.shape().rank() == 2;
        if (shared && !op.transposeLeft()) { // one right side for all rows: one product
            m *= batch;
            batch = 1;
        }
        Matrix right = Matrix.of(b.floats(), b.shape().size(-1));
        right = op.transposeRight() ? right.transposed() : right;
        List<Gemm.Product> products = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            Matrix block = Matrix.of(a.floats(), columns).from(i * rows * columns);
            products.add(new Gemm.Product(m, n, k, op.transposeLeft() ? block.transposed() : block, shared ? right : right.from(i * k * n),
                    Matrix.of(y.floats(), n).from(i * m * n), null));
        }
        gemm.multiply(List.of(new Gemm.Batch(products)));
    }

    private static void concat(int axis, Tensor[] in, SimdTensor y) {
        int at = y.shape().axis(axis);
        int start = 0;
        for (Tensor part : in) {
            int size = part.shape().size(at);
            Movements.copyAxis(in(part).alive(), 0, size, y.alive(), start, y.shape().size(at), outer(y.shape(), at), size,
                    y.shape().elementsFrom(at + 1));
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
            throw new IndexOutOfBoundsException("%s: index %d (element %d) is not one of %d rows".formatted(op, index, i, rows));
        }
        return (int) index;
    }

    private static void random(long[] key, float[] y, int n) {
        RandomKey stream = new RandomKey(key[0]);
        for (int i = 0; i < n; i++) {
            y[i] = (stream.bits(key[1] + i) >>> 40) * 0x1p-24f;
        }
    }

    @Override
    public boolean fuses(FusedOp op) {
        return FusedKernels.has(op);
    }

    @Override
    public Fused forward(FusedOp op, boolean save, Tensor... in) {
        return guarded(op.name(), () -> {
            SimdTensor y = allocate(ShapeRules.KNOWN.shape(op, in), in[0].dtype());
            return kernels.forward(op, tensors(in), y, this::allocate);
        });
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] in, Fused forward, Tensor gradient) {
        return guarded(op.name() + ".backward",
                () -> kernels.backward(op, tensors(in), in(forward.output()), tensors(forward.saved()), in(gradient).floats(), null, this::allocate));
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] in, Fused forward, Tensor gradient, Tensor sum) {
        if (!FusedKernels.adds(op)) {
            return Backend.super.backwardOnto(op, in, forward, gradient, sum);
        }
        return guarded(op.name() + ".backward", () -> kernels.backward(op, tensors(in), in(forward.output()), tensors(forward.saved()),
                in(gradient).floats(), in(sum).donateTo(op.name() + ".backward", memory), this::allocate));
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... in) {
        return updateAll(op, List.<Tensor[]>of(in)).getFirst();
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return guarded(op.name(), () -> {
            List<Change> changes = inputs.stream().map(in -> change(op, in)).toList();
            workers.share(changes.stream().mapToInt(Change::length).sum(), BLOCK, Updates.nanos(op), (from, to, worker) -> {
                int start = 0;
                for (Change change : changes) {
                    if (start < to && start + change.length > from) {
                        change.body.run(Math.max(from - start, 0), Math.min(to - start, change.length), worker);
                    }
                    start += change.length;
                }
            });
            return changes.stream().map(Change::outputs).toList();
        });
    }

    /**
     * An update about to happen in place.
     *
     * @param length of its arrays, in whole blocks
     */
    private record Change(Tensor[] outputs, int length, Workers.Range body) {}

    private Change change(UpdateOp op, Tensor[] in) {
        SimdTensor[] read = tensors(in);
        for (SimdTensor tensor : read) {
            tensor.alive();
        }
        SimdTensor[] out = new SimdTensor[op.donated()];
        for (int i = 0; i < out.length; i++) {
            out[i] = read[i].donateTo(op.name(), memory);
        }
        float[] w = out[0].floats();
        Workers.Range body = switch (op) {
            case UpdateOp.Accumulate _ -> {
                float[] x = in[1] == in[0] ? w : read[1].floats();
                yield (i, end, _) -> Elementwise.accumulate(w, x, i, end);
            }
            case UpdateOp.SgdStep(double decay) -> {
                float[] g = read[1].floats();
                float rate = read[2].floats()[0];
                yield (i, end, _) -> Updates.sgd(w, g, rate, (float) decay, i, end);
            }
            case UpdateOp.AdamStep adam -> {
                float[] m = out[1].floats();
                float[] v = out[2].floats();
                float[] g = read[3].floats();
                float[] rates = read[4].floats();
                yield (i, end, _) -> Updates.adam(adam, w, m, v, g, rates, i, end);
            }
        };
        return new Change(Arrays.copyOf(out, out.length, Tensor[].class), Lanes.padded(out[0].elements()), body);
    }

    /** Errors about dead tensors name the operation that met them. */
    private static <T> T guarded(String op, Supplier<T> body) {
        try {
            return body.get();
        } catch (IllegalStateException dead) {
            throw new IllegalStateException(op + ": " + dead.getMessage(), dead);
        }
    }

    private SimdTensor allocate(Shape shape, DType dtype) {
        return new SimdTensor(memory.allocate(dtype, shape.elements()), shape, dtype);
    }

    private static SimdTensor in(Tensor tensor) {
        if (tensor instanceof SimdTensor own) {
            return own;
        }
        throw new IllegalArgumentException("a tensor %s of another backend came to simd".formatted(tensor.shape()));
    }

    private static SimdTensor[] tensors(Tensor... in) {
        SimdTensor[] own = new SimdTensor[in.length];
        for (int i = 0; i < in.length; i++) {
            own[i] = in(in[i]);
        }
        return own;
    }

    private static int outer(Shape shape, int axis) {
        int count = 1;
        for (int i = 0; i < axis; i++) {
            count *= shape.size(i);
        }
        return count;
    }
}
