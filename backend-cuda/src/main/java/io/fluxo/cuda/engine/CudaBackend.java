package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.cuda.operation.ActionKernels;
import io.fluxo.cuda.operation.FusedKernel;
import io.fluxo.cuda.operation.FusedKernels;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.program.Action;
import io.fluxo.program.Recording;
import io.fluxo.program.ReplayedRoutine;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * float32 on an NVIDIA GPU, with the JDK's foreign functions alone; where it was opened for bfloat16, products and attention round their factors to it, where it was opened for TF32, products
 * do; sums and everything else stay float32. Operations are asked for and return at once; the device carries them out in order, and only
 * {@link #download} waits for it. Results have the same bits from run to run: sums have a fixed order, and no kernel adds to a float that another block adds to.
 */
final class CudaBackend implements Backend {

    private final String name;
    private final Gpu gpu;
    private final ActionKernels kernels;
    private final Recording recording;
    private final List<ReplayedRoutine> routines = new ArrayList<>();

    CudaBackend(String name, Gpu gpu) {
        this.name = name;
        this.gpu = gpu;
        this.kernels = new ActionKernels(gpu);
        this.recording = new Recording(gpu.memory()::open);
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
        return Set.of(DType.F32);
    }

    @Override
    public Tensor upload(HostArray values) {
        gpu.enter();
        recording.markIncomplete();
        requireKnown(values.dtype());
        GpuTensor tensor = gpu.memory().make(values.shape(), values.dtype());
        gpu.transfers().up(values, tensor);
        return tensor;
    }

    @Override
    public HostArray download(Tensor tensor) {
        recording.markIncomplete();
        return guarded("download", () -> {
            GpuTensor x = own(tensor);
            x.address();
            gpu.faults().check();
            return gpu.transfers().down(x);
        });
    }

    @Override
    public TensorScope openScope() {
        return gpu.memory().open();
    }

    @Override
    public void release(Tensor tensor) {
        gpu.memory().release(own(tensor));
    }

    @Override
    public Routine routine(Supplier<Tensor> step) {
        ReplayedRoutine routine = new ReplayedRoutine(recording, step, written -> Planner.plan(gpu, written));
        routines.add(routine);
        return routine;
    }

    @Override
    public void close() {
        gpu.enter();
        routines.forEach(ReplayedRoutine::close);
        gpu.close();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... in) {
        return guarded(op.name(), () -> {
            Shape shape = ShapeRules.KNOWN.shape(op, in);
            DType dtype = ShapeRules.dtype(op, in);
            requireKnown(dtype);
            List<GpuTensor> inputs = own(in);
            Action.Compute action = new Action.Compute(op);
            if (action.isView()) {
                GpuTensor view = gpu.memory().view(inputs.getFirst(), shape);
                recording.add(action, inputs, List.of(view));
                return view;
            }
            GpuTensor y = gpu.memory().make(shape, dtype);
            runRecorded(action, inputs, List.of(y));
            return y;
        });
    }

    @Override
    public boolean fuses(FusedOp op) {
        return FusedKernels.has(op);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... in) {
        return guarded(op.name(), () -> {
            List<GpuTensor> results = results(op, in);
            runRecorded(new Action.Forward(op), own(in), results);
            return new Fused(results.getFirst(), results.subList(1, results.size()).toArray(Tensor[]::new));
        });
    }

    /** Every kernel of such an operation hands out all the values inside it. */
    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<Inside> wanted, Tensor... in) {
        return !fuses(op) ? Optional.empty() : guarded(op.name(), () -> {
            Map<Inside, Shape> shapes = op.inside(in);
            Map<Inside, GpuTensor> inside = new EnumMap<>(Inside.class);
            wanted.forEach(place -> inside.put(place, gpu.memory().make(shapes.get(place), in[0].dtype())));
            List<GpuTensor> results = results(op, in);
            GpuTensor output = results.getFirst();
            results.addAll(inside.values());
            runRecorded(new Action.Forward(op, List.copyOf(inside.keySet())), own(in), results);
            return Optional.of(new Shown(output, inside));
        });
    }

    /** Room for what a kernel returns, and for what its backward pass needs. */
    private List<GpuTensor> results(FusedOp op, Tensor... in) {
        List<GpuTensor> results = new ArrayList<>();
        results.add(gpu.memory().make(ShapeRules.KNOWN.shape(op, in), in[0].dtype()));
        kernels.of(op).saved(own(in)).forEach(shape -> results.add(gpu.memory().make(shape, DType.F32)));
        return results;
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] in, Fused forward, Tensor gradient) {
        return guarded(op.name() + ".backward", () -> backward(op, own(in), forward, own(gradient), null));
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] in, Fused forward, Tensor gradient, Tensor sum) {
        if (!kernels.of(op).adds()) {
            return Backend.super.backwardOnto(op, in, forward, gradient, sum);
        }
        return guarded(op.name() + ".backward", () -> backward(op, own(in), forward, own(gradient), own(sum)));
    }

    /** @param sum what the first input's gradient is added to, in place; or null */
    private Tensor[] backward(FusedOp op, List<GpuTensor> in, Fused forward, GpuTensor gradient, GpuTensor sum) {
        FusedKernel kernel = kernels.of(op);
        Action.Backward action = new Action.Backward(op, in.size(), kernel.readsResult(), sum != null);
        List<GpuTensor> gradients = new ArrayList<>();
        gradients.add(sum != null ? takeOver(action.name(), sum) : gpu.memory().make(in.getFirst().shape(), DType.F32));
        in.subList(1, kernel.gradients(in.size())).forEach(input -> gradients.add(gpu.memory().make(input.shape(), DType.F32)));
        GpuTensor result = action.readsResult() ? own(forward.output()) : null;
        runRecorded(action, Action.Backward.order(gradient, in, own(forward.saved()), result, sum), gradients);
        return Arrays.copyOf(gradients.toArray(Tensor[]::new), in.size());
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... in) {
        return updateAll(op, List.<Tensor[]>of(in)).getFirst();
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return guarded(op.name(), () -> {
            List<GpuTensor> read = inputs.stream().flatMap(Arrays::stream).map(this::own).toList();
            read.forEach(GpuTensor::address);
            Map<GpuTensor, GpuTensor> taken = new IdentityHashMap<>();
            List<GpuTensor> states = new ArrayList<>();
            for (Tensor[] in : inputs) {
                for (int k = 0; k < op.donated(); k++) {
                    GpuTensor state = takeOver(op.name(), own(in[k]));
                    taken.put(own(in[k]), state);
                    states.add(state);
                }
            }
            Action.Update action = new Action.Update(op, inputs.size());
            run(action, read.stream().map(one -> taken.getOrDefault(one, one)).toList(), states);        // an update may read what it replaces
            recording.add(action, read, states);
            List<Tensor[]> outputs = new ArrayList<>();
            for (int i = 0; i < states.size(); i += op.donated()) {
                outputs.add(states.subList(i, i + op.donated()).toArray(Tensor[]::new));
            }
            return outputs;
        });
    }

    /** {@code tensor} to be written over: itself, or a copy where other tensors stand on its memory. */
    private GpuTensor takeOver(String op, GpuTensor tensor) {
        long from = tensor.address();
        GpuTensor taken = gpu.memory().takeOver(op, tensor);
        if (taken.address() != from) {
            gpu.driver().copyOnDevice(taken.address(), from, taken.bytes(), gpu.stream());
            recording.markIncomplete();
        }
        return taken;
    }

    private void run(Action action, List<GpuTensor> in, List<GpuTensor> out) {
        try {
            kernels.plan(action, in, out).run();
        } finally {
            gpu.memory().takeBack();
        }
    }

    /** Carries out {@code action} and records it. */
    private void runRecorded(Action action, List<GpuTensor> in, List<GpuTensor> out) {
        run(action, in, out);
        recording.add(action, in, out);
    }

    /** Errors about dead tensors name the operation that met them. */
    private <T> T guarded(String op, Supplier<T> body) {
        gpu.enter();
        try {
            return body.get();
        } catch (IllegalStateException dead) {
            throw new IllegalStateException(op + ": " + dead.getMessage(), dead);
        }
    }

    private static void requireKnown(DType dtype) {
        if (dtype == DType.F64 || dtype == DType.BF16) {
            throw new IllegalArgumentException("cuda's tensors are f32, not " + dtype.label());
        }
    }

    private GpuTensor own(Tensor tensor) {
        if (tensor instanceof GpuTensor own) {
            return own;
        }
        throw new IllegalArgumentException(Text.format("a tensor %s of another backend came to cuda", tensor.shape()));
    }

    private List<GpuTensor> own(Tensor... tensors) {
        return Arrays.stream(tensors).map(this::own).toList();
    }
}
