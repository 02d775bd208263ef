package io.fluxo.cuda.torch.inside;

import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;

/** The tensor SPI on libtorch, on the CPU. */
final class TorchBackend implements Backend {

    private final String name;
    private final Threads threads;
    private final int count;
    private final TorchMemory memory = new TorchMemory();
    private final Numbers numbers = new Numbers();
    private final Operators operators = new Operators();
    private final Primitives primitives = new Primitives(numbers);
    private final Kernels kernels = new Kernels(operators);

    /** @param count how many threads it computes with */
    TorchBackend(String name, Threads threads, int count) {
        this.name = name;
        this.threads = threads;
        this.count = count;
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
        return calling("upload", () -> own(HostValues.upload(values), values.shape(), values.dtype()));
    }

    @Override
    public HostArray download(Tensor tensor) {
        return calling("download", () -> {
            TorchTensor x = in(tensor);
            return HostValues.download(x.handle(), x.shape(), x.dtype());
        });
    }

    @Override
    public TensorScope openScope() {
        return memory.open();
    }

    @Override
    public void release(Tensor tensor) {
        memory.release(in(tensor));
    }

    @Override
    public void close() {
        memory.close();
        numbers.close();
        operators.close();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return calling(op.name(), () -> {
            Shape shape = ShapeRules.KNOWN.shape(op, inputs);
            DType dtype = ShapeRules.dtype(op, inputs);
            return own(primitives.compute(op, shape, dtype, tensors(inputs)), shape, dtype);
        });
    }

    @Override
    public boolean fuses(FusedOp op) {
        return kernels.of(op).isPresent();
    }

    private Kernel kernel(FusedOp op) {
        return kernels.of(op).orElseThrow(() -> new IllegalStateException("there is no kernel for " + op));
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        return calling(op.name(), () -> {
            Shape shape = ShapeRules.KNOWN.shape(op, inputs);
            TorchTensor[] in = tensors(inputs);
            DType dtype = in[0].dtype();
            org.bytedeco.pytorch.Tensor[] made = kernel(op).forward(in);
            Tensor[] saved = new Tensor[save ? made.length - 1 : 0];
            for (int i = 0; i < saved.length; i++) {
                saved[i] = own(made[i + 1], Shape.of(sizes(made[i + 1])), dtype);
            }
            return new Fused(own(made[0], shape, dtype), saved);
        });
    }

    private static int[] sizes(org.bytedeco.pytorch.Tensor handle) {
        int[] sizes = new int[Math.toIntExact(handle.dim())];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = Math.toIntExact(handle.size(axis));
        }
        return sizes;
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        return calling(op.name() + ".backward", () -> {
            TorchTensor[] in = tensors(inputs);
            TorchTensor[] results = new TorchTensor[1 + forward.saved().length];
            results[0] = in(forward.output());
            System.arraycopy(tensors(forward.saved()), 0, results, 1, forward.saved().length);
            org.bytedeco.pytorch.Tensor[] made = kernel(op).backward(in, results, in(gradient));
            Tensor[] gradients = new Tensor[in.length];
            for (int i = 0; i < gradients.length; i++) {
                gradients[i] = made[i] == null ? null : own(made[i], in[i].shape(), in[i].dtype());
            }
            return gradients;
        });
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return calling(op.name(), () -> {
            TorchTensor[] in = tensors(inputs);
            for (TorchTensor tensor : in) {
                tensor.handle();
            }
            TorchTensor[] out = new TorchTensor[op.donated()];
            for (int i = 0; i < out.length; i++) {
                out[i] = memory.takeOver(op.name(), in[i]);
            }
            for (int i = out.length; i < in.length; i++) {
                in[i] = in[i] == in[0] ? out[0] : in[i];
            }
            update(op, in, out);
            return Arrays.copyOf(out, out.length, Tensor[].class);
        });
    }

    private static void update(UpdateOp op, TorchTensor[] in, TorchTensor[] out) {
        org.bytedeco.pytorch.Tensor first = out[0].handle();
        switch (op) {
            case UpdateOp.Accumulate _ -> first.add_(in[1].handle());
            case UpdateOp.Assign _ -> first.copy_(in[1].handle());
            case UpdateOp.SgdStep sgd -> Updates.sgd(sgd, first, in[1].handle(), host(in[2]));
            case UpdateOp.ClipFactor clip ->
                    Updates.clipFactor(clip, first, Arrays.stream(in).skip(1).map(TorchTensor::handle).toArray(org.bytedeco.pytorch.Tensor[]::new));
            case UpdateOp.AdamStep adam -> Updates.adam(adam, first, out[1].handle(), out[2].handle(), in[3].handle(), host(in[4]));
        }
    }

    private static double[] host(TorchTensor x) {
        return HostValues.download(x.handle(), x.shape(), x.dtype()).toDoubles();
    }

    /** Runs {@code body} on this backend's threads. Errors about dead tensors, and libtorch's own, name the operation that met them. */
    private <T> T calling(String op, Supplier<T> body) {
        threads.claim(count);
        try {
            return Scoped.within(body);
        } catch (IllegalStateException dead) {
            throw new IllegalStateException(op + ": " + dead.getMessage(), dead);
        } catch (RuntimeException failure) {
            throw failure.getClass() == RuntimeException.class ? new IllegalStateException(op + ": libtorch says: " + firstLine(failure), failure) : failure;
        }
    }

    /** What went wrong; libtorch goes on with its native frames. */
    private static String firstLine(RuntimeException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    private TorchTensor own(org.bytedeco.pytorch.Tensor handle, Shape shape, DType dtype) {
        return memory.own(Scoped.keep(handle), shape, dtype);
    }

    private TorchTensor in(Tensor tensor) {
        if (tensor instanceof TorchTensor own) {
            return own;
        }
        throw new IllegalArgumentException(Text.format("a tensor %s of another backend came to %s", tensor.shape(), name));
    }

    private TorchTensor[] tensors(Tensor... in) {
        return Arrays.stream(in).map(this::in).toArray(TorchTensor[]::new);
    }
}
