package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.FusedOp;
import io.fluxo.program.Action;
import io.fluxo.program.Instruction;
import io.fluxo.program.Value;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Prepares the launches of an action on its tensors. */
public final class ActionKernels {

    private final Elementwise elementwise;
    private final PrimitiveKernels primitives;
    private final FusedKernels fused;
    private final UpdateKernels updates;

    public ActionKernels(Gpu gpu) {
        this.elementwise = new Elementwise(gpu);
        Reductions reductions = new Reductions(gpu);
        this.primitives = new PrimitiveKernels(gpu, elementwise, reductions);
        this.fused = new FusedKernels(gpu, elementwise, reductions);
        this.updates = new UpdateKernels(gpu);
    }

    /**
     * @param in  the action's inputs, in its order; those that an update takes over are ignored
     * @param out its outputs, in its order
     */
    public Runnable plan(Action action, List<GpuTensor> in, List<GpuTensor> out) {
        return switch (action) {
            case Action.Compute(var op) -> primitives.plan(op, in.toArray(GpuTensor[]::new), out.getFirst());
            case Action.Forward(var op, List<Inside> shown) ->
                    fused.of(op).forward(in, out.subList(0, out.size() - shown.size()), shown(shown, out.subList(out.size() - shown.size(), out.size())));
            case Action.Backward backward -> fused.of(backward.op()).backward(new FusedKernel.Pullback(backward.arguments(in), backward.result(in), backward.saved(in),
                    in.getFirst(), backward.onto(), out));
            case Action.Update(var op, int states) -> updates.plan(op, states, in, out);
            case Action.Chain _, Action.SideBySide _ -> throw new IllegalStateException("planned elsewhere: " + action.name());
        };
    }

    private static Map<Inside, GpuTensor> shown(List<Inside> places, List<GpuTensor> values) {
        Map<Inside, GpuTensor> shown = new EnumMap<>(Inside.class);
        for (int i = 0; i < places.size(); i++) {
            shown.put(places.get(i), values.get(i));
        }
        return shown;
    }

    /**
     * Operations on each element, one after the other, in one launch.
     *
     * @param kept   the values that are needed afterwards
     * @param tensor where a value is: those that the links read from elsewhere, and those that are kept
     */
    public Runnable chain(List<Instruction> links, Set<Value> kept, Function<Value, GpuTensor> tensor) {
        List<Value> inputs = links.stream().flatMap(link -> link.inputs().stream()).distinct().filter(input -> links.stream().noneMatch(link -> link.makes(input))).toList();
        Map<Integer, Integer> numbers = new HashMap<>();                         // of what stands in a place
        List<ElementwiseKernel.Line> lines = new ArrayList<>();
        List<Integer> written = new ArrayList<>();
        List<GpuTensor> out = new ArrayList<>();
        for (int i = 0; i < links.size(); i++) {
            Instruction link = links.get(i);
            Value made = link.outputs().getFirst();
            List<Integer> arguments = arguments(link).stream().map(input -> inputs.contains(input) ? inputs.indexOf(input) : (int) numbers.get(input.place())).toList();
            lines.add(new ElementwiseKernel.Line(Elementwise.function(link.action(), link.inputs().getFirst().dtype(), made.dtype()), arguments));
            numbers.put(made.place(), inputs.size() + i);
            if (kept.contains(made)) {
                written.add(i);
                out.add(tensor.apply(made));
            }
        }
        String name = links.stream().map(link -> link.action().name().replace('.', '_')).collect(Collectors.joining("_"));
        return elementwise.chain(new ElementwiseKernel(name, inputs.stream().map(Value::dtype).toList(), lines, written), inputs.stream().map(tensor).toList(), out);
    }

    /**
     * A sum and the norm that follows on it, in one launch.
     *
     * @param links  both
     * @param sum    whether the sum is needed afterwards
     * @param tensor where a value is, but for the sum where it is not needed
     */
    public Runnable normOfSum(List<Instruction> links, boolean sum, Function<Value, GpuTensor> tensor) {
        Instruction norm = links.getLast();
        Action.Forward forward = (Action.Forward) norm.action();
        List<GpuTensor> sides = links.getFirst().inputs().stream().map(tensor).toList();
        List<GpuTensor> out = norm.outputs().stream().map(tensor).toList();
        GpuTensor written = sum ? tensor.apply(links.getFirst().outputs().getFirst()) : out.getFirst();
        List<GpuTensor> affine = norm.inputs().stream().skip(1).map(tensor).toList();
        int results = out.size() - forward.shown().size();
        return fused.norm(forward.op()).forward(sides.get(0), sides.get(1), written, affine, out.subList(0, results), shown(forward.shown(), out.subList(results, out.size())));
    }

    /** What a link's function takes: an activation's backward pass reads the gradient and the argument. */
    private static List<Value> arguments(Instruction link) {
        return link.action() instanceof Action.Backward ? link.inputs().subList(0, 2) : link.inputs();
    }

    /** The kernels of a fused operation. */
    public FusedKernel of(FusedOp op) {
        return fused.of(op);
    }
}
