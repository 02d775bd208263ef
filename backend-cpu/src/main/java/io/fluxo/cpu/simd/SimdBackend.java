package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.BLOCK;

import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Float32 on the JDK's Vector API: primitives, and kernels for what transformers spend their time on. Results have the same bits whatever the
 * number of threads and the width of the machine's vectors.
 */
final class SimdBackend implements Backend {

    private final Memory memory = new Memory();
    private final Workers workers;
    private final Gemm gemm;
    private final PrimitiveKernels primitives;
    private final FusedKernels kernels;
    private Recorder recorder;

    SimdBackend(int threads) {
        workers = new Workers(threads);
        gemm = new Gemm(memory, workers);
        primitives = new PrimitiveKernels(workers, gemm, new Ops(this));
        kernels = new FusedKernels(memory, workers, gemm);
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
        contact();
        SimdTensor tensor = allocate(values.shape(), values.dtype());
        System.arraycopy(values.array(), 0, tensor.alive(), 0, values.elements());
        return tensor;
    }

    @Override
    public HostArray download(Tensor tensor) {
        contact();
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
            SimdTensor[] own = tensors(in);
            return switch (op) {
                case SplitAxis _, MergeAxes _, StopGradient _ -> own[0].as(shape);
                default -> {
                    SimdTensor y = allocate(shape, ShapeRules.dtype(op, in));
                    perform(op.name(), primitives.plan(op, own, y), own, y);
                    yield y;
                }
            };
        });
    }

    /** Runs a kernel that reads and writes the arrays of these tensors. */
    private void perform(String op, Kernel kernel, Tensor[] in, Tensor... out) {
        try {
            kernel.body().run();
        } finally {
            memory.takeBack();
        }
        if (recorder != null) {
            recorder.add(op, kernel, in, out);
        }
    }

    /** Something happened that kernels alone do not repeat. */
    private void contact() {
        if (recorder != null) {
            recorder.contact();
        }
    }

    /** What a step returned, and what it consists of if that can be repeated. */
    record Recorded(Tensor result, Optional<SimdRoutine.Recording> recording) {}

    @Override
    public Routine routine(Supplier<Tensor> step) {
        return new SimdRoutine(this, new Sharing(workers), step);
    }

    /** Runs {@code step} and remembers what it does. */
    Recorded record(Supplier<Tensor> step) {
        Recorder recorded = new Recorder();
        TensorScope scope = memory.open();
        Tensor result;
        recorder = recorded;
        try {
            result = step.get();
        } catch (RuntimeException | Error thrown) {
            scope.close();
            throw thrown;
        } finally {
            recorder = null;
        }
        if (!recorded.isComplete()) {
            scope.keep(result);
            scope.close();
            return new Recorded(result, Optional.empty());
        }
        memory.leave(scope);
        return new Recorded(copy(in(result)), Optional.of(recorded.recording(in(result), new Joining(gemm, workers, memory, in(result).alive()))));
    }

    boolean isRecording() {
        return recorder != null;
    }

    /** Runs {@code step} within a recording, which it keeps from being replayed. */
    Tensor unrecorded(Supplier<Tensor> step) {
        contact();
        return step.get();
    }

    /** The same elements in a tensor of the scope that is open now. */
    Tensor copy(SimdTensor x) {
        SimdTensor y = allocate(x.shape(), x.dtype());
        System.arraycopy(x.alive(), 0, y.alive(), 0, x.elements());
        return y;
    }

    @Override
    public boolean fuses(FusedOp op) {
        return FusedKernels.has(op);
    }

    @Override
    public Fused forward(FusedOp op, boolean save, Tensor... in) {
        return guarded(op.name(), () -> {
            SimdTensor[] own = tensors(in);
            SimdTensor y = allocate(ShapeRules.KNOWN.shape(op, in), in[0].dtype());
            FusedKernels.Planned<Fused> planned = kernels.forward(op, own, y, this::allocate);
            Fused result = planned.result();
            perform(op.name(), planned.kernel(), own, reads(result.saved(), new Tensor[0], y));
            return result;
        });
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] in, Fused forward, Tensor gradient) {
        return guarded(op.name() + ".backward", () -> backward(op, in, forward, gradient, null));
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] in, Fused forward, Tensor gradient, Tensor sum) {
        if (!FusedKernels.adds(op)) {
            return Backend.super.backwardOnto(op, in, forward, gradient, sum);
        }
        return guarded(op.name() + ".backward", () -> backward(op, in, forward, gradient, takeOver(in(sum), op.name() + ".backward")));
    }

    private Tensor[] backward(FusedOp op, Tensor[] in, Fused forward, Tensor gradient, SimdTensor sum) {
        SimdTensor[] own = tensors(in);
        SimdTensor[] saved = tensors(forward.saved());
        FusedKernels.Planned<Tensor[]> planned = kernels.backward(op, own, in(forward.output()), saved, in(gradient).floats(), sum, this::allocate);
        Tensor output = FusedKernels.readsOutput(op) ? forward.output() : null;
        perform(op.name() + ".backward", planned.kernel(), reads(own, saved, output, gradient, sum), planned.result());
        return planned.result();
    }

    private static Tensor[] reads(Tensor[] some, Tensor[] others, Tensor... more) {
        return Stream.of(some, others, more).flatMap(Arrays::stream).toArray(Tensor[]::new);
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... in) {
        return updateAll(op, List.<Tensor[]>of(in)).getFirst();
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return guarded(op.name(), () -> {
            List<Change> changes = inputs.stream().map(in -> change(op, in)).toList();
            Runnable body = workers.plan(changes.stream().mapToInt(Change::length).sum(), BLOCK, Updates.nanos(op), (from, to, worker) -> {
                int start = 0;
                for (int i = 0; i < changes.size(); i++) {
                    Change change = changes.get(i);
                    if (start < to && start + change.length > from) {
                        change.body.run(Math.max(from - start, 0), Math.min(to - start, change.length), worker);
                    }
                    start += change.length;
                }
            });
            Tensor[] outputs = changes.stream().flatMap(change -> Arrays.stream(change.outputs)).toArray(Tensor[]::new);
            Tensor[] others = inputs.stream().flatMap(in -> Arrays.stream(in).skip(op.donated()).filter(tensor -> tensor != in[0])).toArray(Tensor[]::new);
            perform(op.name(), Kernel.of(body), reads(outputs, others), outputs);
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
            out[i] = takeOver(read[i], op.name());
        }
        Object w = out[0].alive();
        Workers.Range body = switch (op) {
            case UpdateOp.Accumulate _ -> {
                float[] sum = out[0].floats();
                float[] x = in[1] == in[0] ? sum : read[1].floats();
                yield (i, end, _) -> Elementwise.accumulate(sum, x, i, end);
            }
            case UpdateOp.Assign _ -> {
                Object from = in[1] == in[0] ? w : read[1].alive();
                int elements = out[0].elements();
                yield (i, end, _) -> System.arraycopy(from, i, w, i, Math.min(end, elements) - i);
            }
            case UpdateOp.SgdStep(double decay) -> {
                float[] weight = out[0].floats();
                float[] g = read[1].floats();
                float[] rates = read[2].floats();
                yield (i, end, _) -> Updates.sgd(weight, g, rates[0], (float) decay, i, end);
            }
            case UpdateOp.AdamStep adam -> {
                float[] weight = out[0].floats();
                float[] m = out[1].floats();
                float[] v = out[2].floats();
                float[] g = read[3].floats();
                float[] rates = read[4].floats();
                yield (i, end, _) -> Updates.adam(adam, weight, m, v, g, rates, i, end);
            }
        };
        return new Change(Arrays.copyOf(out, out.length, Tensor[].class), Lanes.padded(out[0].elements()), body);
    }

    /** {@code tensor} to be written over. */
    private SimdTensor takeOver(SimdTensor tensor, String op) {
        Object before = tensor.alive();
        SimdTensor taken = tensor.donateTo(op, memory);
        if (taken.alive() != before) {
            contact();
        }
        if (recorder != null) {
            recorder.updates(taken);
        }
        return taken;
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
        throw new IllegalArgumentException(Text.format("a tensor %s of another backend came to simd", tensor.shape()));
    }

    private static SimdTensor[] tensors(Tensor... in) {
        SimdTensor[] own = new SimdTensor[in.length];
        for (int i = 0; i < in.length; i++) {
            own[i] = in(in[i]);
        }
        return own;
    }
}
