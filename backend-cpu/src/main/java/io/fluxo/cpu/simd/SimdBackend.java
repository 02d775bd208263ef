package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.memory.Tensors.own;
import static io.fluxo.cpu.simd.recording.Runner.guarded;

import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.cpu.simd.fused.FusedKernel;
import io.fluxo.cpu.simd.fused.FusedKernels;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.memory.Tensors;
import io.fluxo.cpu.simd.products.Gemm;
import io.fluxo.cpu.simd.recording.ActionKernels;
import io.fluxo.cpu.simd.recording.Plan;
import io.fluxo.cpu.simd.recording.Planner;
import io.fluxo.cpu.simd.recording.Runner;
import io.fluxo.cpu.simd.recording.SimdReplay;
import io.fluxo.cpu.simd.workers.Sharing;
import io.fluxo.cpu.simd.workers.Workers;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Float32 on the JDK's Vector API: primitives, and kernels for what transformers spend their time on. Results have the same bits whatever the
 * number of threads and the width of the machine's vectors.
 *
 * <p>What is asked for becomes an {@link Action} on tensors; {@link Runner} carries it out, {@link Recording} writes it down.
 */
final class SimdBackend implements Backend {

    private final Memory memory = new Memory();
    private final Tensors tensors = new Tensors(memory);
    private final Workers workers;
    private final ActionKernels kernels;
    private final Planner planner;
    private final Recording recording;
    private final Runner runner;

    SimdBackend(int threads) {
        workers = new Workers(threads);
        Gemm gemm = new Gemm(memory, workers);
        kernels = new ActionKernels(memory, workers, gemm);
        planner = new Planner(memory, workers, gemm, kernels);
        recording = new Recording(memory::open);
        runner = new Runner(memory, kernels, recording);
    }

    @Override
    public String name() {
        return "simd";
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
        recording.markIncomplete();
        return tensors.of(values);
    }

    @Override
    public Tensor upload(Shape shape, DType dtype, Supplier<Object> room, Consumer<Object> fill) {
        recording.markIncomplete();
        SimdTensor tensor = tensors.make(shape, dtype);
        fill.accept(tensor.alive());
        return tensor;
    }

    @Override
    public HostArray download(Tensor tensor) {
        recording.markIncomplete();
        SimdTensor x = own(tensor);
        return guarded("download", () -> Tensors.values(x));
    }

    @Override
    public TensorScope openScope() {
        return memory.open();
    }

    @Override
    public void release(Tensor tensor) {
        own(tensor).release(memory);
    }

    @Override
    public Routine routine(Supplier<Tensor> step) {
        Sharing sharing = new Sharing(workers);
        return new ReplayedRoutine(recording, step, written -> plan(written).map(plan -> new SimdReplay(plan, sharing, tensors)));
    }

    /** Runs {@code step} and writes it down. */
    Recording.Recorded record(Supplier<Tensor> step) {
        return recording.of(step);
    }

    /** The plan that repeats a step; none where the step has released a tensor from outside. */
    Optional<Plan> plan(Recording.Written step) {
        return planner.plan(step);
    }

    @Override
    public void close() {
        workers.close();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... in) {
        return guarded(op.name(), () -> {
            Shape shape = ShapeRules.KNOWN.shape(op, in);
            List<SimdTensor> inputs = own(in);
            Action.Compute action = new Action.Compute(op);
            if (action.isView()) {
                SimdTensor view = inputs.getFirst().as(shape);
                recording.add(action, inputs, List.of(view));
                return view;
            }
            if (op instanceof PrimitiveOp.Concat concat && follows(concat, inputs) && !recording.isOn()) {
                return tensors.joined(inputs.getFirst(), inputs.getLast(), shape);
            }
            SimdTensor y = tensors.make(shape, ShapeRules.dtype(op, in));
            runner.run(action, inputs, List.of(y));
            return y;
        });
    }

    /** Whether the second of two tensors lies behind the first in one piece. */
    private static boolean follows(PrimitiveOp.Concat op, List<SimdTensor> in) {
        Shape first = in.getFirst().shape();
        return in.size() == 2 && in.getFirst().dtype() == DType.F32 && first.elements() > 0 && first.elementsFrom(first.axis(op.axis())) == first.elements();
    }

    @Override
    public boolean fuses(FusedOp op) {
        return FusedKernels.has(op);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... in) {
        return guarded(op.name(), () -> {
            List<SimdTensor> results = results(op, in);
            runner.run(new Action.Forward(op), own(in), results);
            return new Fused(results.getFirst(), results.subList(1, results.size()).toArray(Tensor[]::new));
        });
    }

    /** Every kernel of such an operation hands out all the values inside it. */
    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<Inside> wanted, Tensor... in) {
        return !fuses(op) ? Optional.empty() : guarded(op.name(), () -> {
            Map<Inside, Shape> shapes = op.inside(in);
            Map<Inside, SimdTensor> inside = new EnumMap<>(Inside.class);
            wanted.forEach(place -> inside.put(place, tensors.make(shapes.get(place), in[0].dtype())));
            List<SimdTensor> results = results(op, in);
            SimdTensor output = results.getFirst();
            results.addAll(inside.values());
            runner.run(new Action.Forward(op, List.copyOf(inside.keySet())), own(in), results);
            return Optional.of(new Shown(output, inside));
        });
    }

    /** Room for what a kernel returns, and for what its backward pass needs. */
    private List<SimdTensor> results(FusedOp op, Tensor... in) {
        List<SimdTensor> results = new ArrayList<>();
        results.add(tensors.make(ShapeRules.KNOWN.shape(op, in), in[0].dtype()));
        kernels.of(op).saved(own(in)).forEach(shape -> results.add(tensors.make(shape, DType.F32)));
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
    private Tensor[] backward(FusedOp op, List<SimdTensor> in, Fused forward, SimdTensor gradient, SimdTensor sum) {
        FusedKernel kernel = kernels.of(op);
        Action.Backward action = new Action.Backward(op, in.size(), kernel.readsResult(), sum != null);
        List<SimdTensor> gradients = new ArrayList<>();
        gradients.add(sum != null ? takeOver(sum, action.name()) : tensors.make(in.getFirst().shape(), DType.F32));
        in.subList(1, kernel.gradients(in.size())).forEach(input -> gradients.add(tensors.make(input.shape(), DType.F32)));
        SimdTensor result = action.readsResult() ? own(forward.output()) : null;
        runner.run(action, Action.Backward.order(gradient, in, own(forward.saved()), result, sum), gradients);
        return Arrays.copyOf(gradients.toArray(Tensor[]::new), in.size());
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... in) {
        return updateAll(op, List.<Tensor[]>of(in)).getFirst();
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return guarded(op.name(), () -> {
            List<SimdTensor> read = inputs.stream().flatMap(Arrays::stream).map(Tensors::own).toList();
            read.forEach(SimdTensor::alive);
            List<SimdTensor> states = inputs.stream().flatMap(in -> Arrays.stream(in).limit(op.donated())).map(state -> takeOver(own(state), op.name())).toList();
            runner.run(new Action.Update(op, inputs.size()), read, states);
            List<Tensor[]> outputs = new ArrayList<>();
            for (int i = 0; i < states.size(); i += op.donated()) {
                outputs.add(states.subList(i, i + op.donated()).toArray(Tensor[]::new));
            }
            return outputs;
        });
    }

    /** {@code tensor} to be written over. */
    private SimdTensor takeOver(SimdTensor tensor, String op) {
        Object before = tensor.alive();
        SimdTensor taken = tensor.donateTo(op, memory);
        if (taken.alive() != before) {
            recording.markIncomplete();
        }
        return taken;
    }
}
