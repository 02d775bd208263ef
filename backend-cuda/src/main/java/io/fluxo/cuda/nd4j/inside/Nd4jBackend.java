package io.fluxo.cuda.nd4j.inside;

import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The tensor SPI on nd4j: every tensor a contiguous array of nd4j's, every operation one or a few of nd4j's. Computes on the thread that calls,
 * and on no other: nd4j's products are shared out among as many threads as it is given, and their bits depend on how many.
 */
final class Nd4jBackend implements Backend {

    private final String name;
    private final Nd4jMemory memory = new Nd4jMemory();
    private final Nd4jKernels kernels = new Nd4jKernels();
    private final Nd4jNumbers numbers = new Nd4jNumbers();
    private final Ops ops = new Ops(this);
    private final Primitives primitives = new Primitives(memory, kernels, numbers, ops);
    private final Nd4jFusedKernels fused = new Nd4jFusedKernels(memory, kernels, numbers, ops);
    private final Nd4jUpdates updates = new Nd4jUpdates(memory, kernels, numbers);

    Nd4jBackend(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Set<DType> dtypes() {
        return Types.FLOATING;
    }

    @Override
    public Tensor upload(HostArray values) {
        Nd4jTensor tensor = allocate(values.shape(), values.dtype());
        if (!tensor.isEmpty()) {
            Nd4jHostValues.write(values, tensor.array());
        }
        return tensor;
    }

    @Override
    public HostArray download(Tensor tensor) {
        return guarded("download", () -> Nd4jHostValues.read(in(tensor)));
    }

    @Override
    public TensorScope openScope() {
        return memory.open();
    }

    @Override
    public void close() {
        kernels.close();
        memory.close();
        numbers.close();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return guarded(op.name(), () -> {
            Shape shape = ShapeRules.KNOWN.shape(op, inputs);
            DType dtype = ShapeRules.dtype(op, inputs);
            Nd4jTensor[] in = tensors(inputs);
            return switch (op) {
                case SplitAxis _, MergeAxes _, StopGradient _ -> primitives.reshaped(in[0], shape);
                case Permute(List<Integer> order) when keepsOrder(order, in[0].shape()) -> primitives.reshaped(in[0], shape);
                case Constant(Scalar value, Shape _, DType _) when shape.rank() == 0 -> memory.borrow(numbers.of(value.value(), dtype), shape, dtype);
                default -> compute(op, in, allocate(shape, dtype));
            };
        });
    }

    private Nd4jTensor compute(PrimitiveOp op, Nd4jTensor[] in, Nd4jTensor y) {
        within(() -> primitives.compute(op, in, y), y, in);
        return y;
    }

    /** Whether only axes of size 1 change places: then no element does. */
    private static boolean keepsOrder(List<Integer> order, Shape shape) {
        int[] moved = order.stream().mapToInt(shape::axis).filter(axis -> shape.size(axis) != 1).toArray();
        return IntStream.range(1, moved.length).allMatch(i -> moved[i - 1] < moved[i]);
    }

    @Override
    public boolean fuses(FusedOp op) {
        return Nd4jFusedKernels.has(op);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        return guarded(op.name(), () -> {
            Nd4jTensor x = in(inputs[0]);
            Nd4jTensor y = allocate(ShapeRules.KNOWN.shape(op, inputs), x.dtype());
            within(() -> fused.forward(op, x, y), y, x);
            return new Fused(y);
        });
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        return guarded(op.name() + ".backward", () -> {
            Nd4jTensor x = in(inputs[0]);
            Nd4jTensor y = in(forward.output());
            Nd4jTensor g = in(gradient);
            Nd4jTensor dx = allocate(x.shape(), x.dtype());
            within(() -> fused.backward(op, x, y, g.array(), dx), dx, x, y, g);
            return new Tensor[] {dx};
        });
    }

    /** Runs {@code body}, whose result is {@code y}, unless there is nothing to compute; what else it makes goes with it. */
    private void within(Runnable body, Nd4jTensor y, Nd4jTensor... in) {
        for (Nd4jTensor tensor : in) {
            tensor.requireAlive();
        }
        if (!y.isEmpty()) {
            try (TensorScope _ = memory.open()) {
                body.run();
            }
        }
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return guarded(op.name(), () -> {
            Nd4jTensor[] in = tensors(inputs);
            Nd4jTensor[] out = new Nd4jTensor[op.donated()];
            try (TensorScope _ = memory.open()) {
                for (Nd4jTensor tensor : in) {
                    tensor.requireAlive();
                }
                for (int i = 0; i < out.length; i++) {
                    out[i] = memory.takeOver(op.name(), in[i]);
                }
                if (!out[0].isEmpty()) {
                    update(op, in, out);
                }
            }
            return Arrays.copyOf(out, out.length, Tensor[].class);
        });
    }

    private void update(UpdateOp op, Nd4jTensor[] in, Nd4jTensor[] out) {
        switch (op) {
            case UpdateOp.Accumulate _ -> updates.accumulate(out[0], in[1] == in[0] ? out[0].array() : in[1].array());
            case UpdateOp.Assign _ -> out[0].array().assign(in[1] == in[0] ? out[0].array() : in[1].array());
            case UpdateOp.SgdStep sgd -> updates.sgd(sgd, out[0], in[1].array(), Nd4jHostValues.read(in[2]).toDoubles());
            case UpdateOp.ClipFactor clip -> updates.clipFactor(clip, out[0], Arrays.stream(in).skip(1).map(Nd4jHostValues::read).toList());
            case UpdateOp.AdamStep adam -> updates.adam(adam, out[0], out[1], out[2], in[3].array(), Nd4jHostValues.read(in[4]).toDoubles());
        }
    }

    /** Errors about dead tensors name the operation that met them. */
    private static <T> T guarded(String op, Supplier<T> body) {
        try {
            return body.get();
        } catch (IllegalStateException dead) {
            throw new IllegalStateException(op + ": " + dead.getMessage(), dead);
        }
    }

    private Nd4jTensor allocate(Shape shape, DType dtype) {
        Types.of(dtype);
        return memory.allocate(shape, dtype);
    }

    private Nd4jTensor in(Tensor tensor) {
        if (tensor instanceof Nd4jTensor own) {
            return own;
        }
        throw new IllegalArgumentException(Text.format("a tensor %s of another backend came to %s", tensor.shape(), name));
    }

    private Nd4jTensor[] tensors(Tensor... in) {
        return Arrays.stream(in).map(this::in).toArray(Nd4jTensor[]::new);
    }
}
