package io.fluxo.cuda.engine;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.DeviceMemory;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.cuda.operation.ActionKernels;
import io.fluxo.program.Action;
import io.fluxo.program.Instruction;
import io.fluxo.program.JoinElementwise;
import io.fluxo.program.LeaveOutViews;
import io.fluxo.program.NormOfSum;
import io.fluxo.program.Program;
import io.fluxo.program.Recording;
import io.fluxo.program.Rule;
import io.fluxo.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Plans programs: computes constants once, joins operations on elements, and sums with their norms, gives every value memory until its last use, prepares the launches on it and captures them.
 */
final class Planner {

    private static final List<Rule> JOINING = List.of(new NormOfSum(), new JoinElementwise());

    private final Gpu device;
    private final Gpu gpu;
    private final ActionKernels kernels;
    private final Map<Integer, GpuTensor> places = new HashMap<>();
    private final Set<Integer> lasting = new HashSet<>();

    /** @param outside the tensors of the program's outside values */
    private Planner(Gpu device, Map<Value, GpuTensor> outside) {
        this.device = device;
        this.gpu = device.reserving();
        this.kernels = new ActionKernels(gpu);
        outside.forEach((value, tensor) -> {
            places.put(value.place(), tensor);
            lasting.add(value.place());
        });
    }

    /** The plan that repeats a step; none where the step has released a tensor from outside. */
    static Optional<Plan> plan(Gpu device, Recording.Written step) {
        Map<Value, GpuTensor> outside = new LinkedHashMap<>();
        step.outside().forEach((value, tensor) -> outside.put(value, (GpuTensor) tensor));
        if (!outside.values().stream().allMatch(tensor -> tensor.block().isInUse())) {
            return Optional.empty();
        }
        Planner planner = new Planner(device, outside);
        try {
            return Optional.of(planner.plan(step.program(), outside));
        } catch (RuntimeException | Error failure) {
            planner.gpu.memory().close();
            throw failure;
        }
    }

    private Plan plan(Program step, Map<Value, GpuTensor> outside) {
        Program program = withoutConstants(new LeaveOutViews().rewrite(step)).by(JOINING);
        List<Runnable> steps = new ArrayList<>();
        List<List<Value>> lastUses = program.lastUses();
        for (int i = 0; i < program.instructions().size(); i++) {
            steps.add(step(program, i));
            lastUses.get(i).forEach(this::free);
        }
        return new Plan(device, gpu, steps, blocks(step.outside(), outside), blocks(step.updated(), outside), tensor(program.result()));
    }

    /**
     * Computes what is the same every time, and puts it among the values from outside. This comes before anything else is given memory: what was another value's for a while would be overwritten
     * by the next run.
     */
    private Program withoutConstants(Program program) {
        Set<Instruction> constants = constants(program);
        List<Instruction> rest = program.instructions().stream().filter(instruction -> !constants.contains(instruction)).toList();
        List<Value> outside = new ArrayList<>(program.outside());
        for (Instruction constant : constants) {
            Value made = constant.outputs().getFirst();
            make(made);
            prepared(() -> kernels.plan(constant.action(), tensors(constant.inputs()), tensors(constant.outputs()))).run();
            lasting.add(made.place());
            outside.add(made);
        }
        return new Program(outside, rest, program.result());
    }

    /** What depends on no value from outside. Where something is put in the place of what was computed, it has to be computed again: a sum of gradients may begin as zeros. */
    private static Set<Instruction> constants(Program program) {
        Map<Integer, Integer> makers = new HashMap<>();                          // of what stands in a place, one after the other
        program.instructions().forEach(instruction -> instruction.outputs().forEach(made -> makers.merge(made.place(), 1, Integer::sum)));
        Set<Instruction> constants = new LinkedHashSet<>();
        Set<Integer> known = new HashSet<>();
        for (Instruction instruction : program.instructions()) {
            int place = instruction.outputs().getFirst().place();
            if (instruction.action() instanceof Action.Compute && makers.get(place) == 1 && instruction.inputs().stream().allMatch(input -> known.contains(input.place()))) {
                constants.add(instruction);
                known.add(place);
            }
        }
        return constants;
    }

    private static List<DeviceMemory.Block> blocks(List<Value> values, Map<Value, GpuTensor> outside) {
        return values.stream().map(value -> outside.get(value).block()).distinct().toList();
    }

    /** The launches of an instruction. */
    private Runnable step(Program program, int index) {
        return prepared(() -> launches(program, index));
    }

    /** What launches borrow may be borrowed by the next instruction's. */
    private Runnable prepared(Supplier<Runnable> launches) {
        try {
            return launches.get();
        } finally {
            gpu.memory().takeBack();
        }
    }

    private Runnable launches(Program program, int index) {
        Instruction instruction = program.instructions().get(index);
        return switch (instruction.action()) {
            case Action.Chain(List<Instruction> links) when NormOfSum.isNorm(links.getLast().action()) -> {
                Value sum = links.getFirst().outputs().getFirst();
                boolean needed = !program.isDeadAfter(index, sum);
                instruction.outputs().stream().filter(made -> needed || !made.equals(sum)).forEach(this::make);
                yield kernels.normOfSum(links, needed, this::tensor);
            }
            case Action.Chain(List<Instruction> links) -> {
                Set<Value> kept = new HashSet<>(instruction.outputs());
                kept.removeIf(made -> program.isDeadAfter(index, made));
                kept.forEach(this::make);
                yield kernels.chain(links, kept, this::tensor);
            }
            case Action.Backward backward when kernels.of(backward.op()).overwrites() && program.isDeadAfter(index, backward.arguments(instruction.inputs()).getFirst()) -> {
                List<GpuTensor> in = tensors(instruction.inputs());
                Value input = backward.arguments(instruction.inputs()).getFirst();
                Value gradient = instruction.outputs().getFirst();
                places.put(gradient.place(), places.remove(input.place()));
                yield kernels.plan(backward, in, tensors(instruction.outputs()));
            }
            case Action.Compute _, Action.Forward _, Action.Backward _, Action.Update _, Action.SideBySide _ -> {
                instruction.outputs().forEach(this::make);
                yield kernels.plan(instruction.action(), tensors(instruction.inputs()), tensors(instruction.outputs()));
            }
        };
    }

    private void make(Value value) {
        if (value.isNew()) {
            places.put(value.place(), gpu.memory().make(value.shape(), value.dtype()));
        }
    }

    private void free(Value value) {
        GpuTensor tensor = places.get(value.place());
        if (tensor != null && !lasting.contains(value.place())) {
            gpu.memory().release(tensor);
            places.remove(value.place());
        }
    }

    private List<GpuTensor> tensors(List<Value> values) {
        return values.stream().map(this::tensor).toList();
    }

    private GpuTensor tensor(Value value) {
        return DeviceMemory.alias(places.get(value.place()), value.shape(), value.dtype());
    }
}
