package io.fluxo.cuda.engine;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.DeviceMemory;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.cuda.operation.ActionKernels;
import io.fluxo.op.PrimitiveOp;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plans programs: joins operations on elements, and sums with their norms, gives every value memory until its last use, prepares the launches on it and captures them. Constants are computed once,
 * when the plan is made.
 */
final class Planner {

    private static final List<Rule> RULES = List.of(new LeaveOutViews(), new NormOfSum(), new JoinElementwise());

    private final Gpu device;
    private final Gpu gpu;
    private final ActionKernels kernels;
    private final Program program;
    private final Map<Integer, GpuTensor> places = new HashMap<>();
    private final Set<Integer> lasting = new HashSet<>();

    /** @param outside the tensors of the program's outside values */
    private Planner(Gpu device, Program program, Map<Value, GpuTensor> outside) {
        this.device = device;
        this.gpu = device.reserving();
        this.kernels = new ActionKernels(gpu);
        this.program = program;
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
        Planner planner = new Planner(device, step.program().by(RULES), outside);
        try {
            return Optional.of(planner.plan(outside));
        } catch (RuntimeException | Error failure) {
            planner.gpu.memory().close();
            throw failure;
        }
    }

    private Plan plan(Map<Value, GpuTensor> outside) {
        Set<Instruction> constants = computeConstants();
        List<Runnable> steps = new ArrayList<>();
        List<List<Value>> lastUses = program.lastUses();
        for (int i = 0; i < program.instructions().size(); i++) {
            Instruction instruction = program.instructions().get(i);
            if (!constants.contains(instruction)) {
                steps.add(step(i, instruction));
            }
            lastUses.get(i).forEach(this::free);
        }
        return new Plan(device, gpu, steps, blocks(program.outside(), outside), blocks(program.updated(), outside), tensor(program.result()));
    }

    /**
     * Computes what is the same every time, before anything else is given memory: what was another value's for a while would be overwritten by the next run. Where something is put in the place
     * of what was computed, it has to be computed again: a sum of gradients may begin as zeros.
     */
    private Set<Instruction> computeConstants() {
        Map<Integer, Integer> makers = new HashMap<>();                          // of what stands in a place, one after the other
        program.instructions().forEach(instruction -> instruction.outputs().forEach(made -> makers.merge(made.place(), 1, Integer::sum)));
        Set<Instruction> constants = new HashSet<>();
        for (int i = 0; i < program.instructions().size(); i++) {
            Instruction instruction = program.instructions().get(i);
            int place = instruction.outputs().getFirst().place();
            if (isConstant(instruction) && makers.get(place) == 1) {
                step(i, instruction).run();
                lasting.add(place);
                constants.add(instruction);
            }
        }
        return constants;
    }

    private static boolean isConstant(Instruction instruction) {
        return instruction.action() instanceof Action.Compute(PrimitiveOp op) && (op instanceof PrimitiveOp.Constant || op instanceof PrimitiveOp.Iota);
    }

    private static List<DeviceMemory.Block> blocks(List<Value> values, Map<Value, GpuTensor> outside) {
        return values.stream().map(value -> outside.get(value).block()).distinct().toList();
    }

    /** The launches of an instruction. What they borrow may be borrowed by the next one's. */
    private Runnable step(int index, Instruction instruction) {
        try {
            return launches(index, instruction);
        } finally {
            gpu.memory().takeBack();
        }
    }

    private Runnable launches(int index, Instruction instruction) {
        if (instruction.action() instanceof Action.Chain(List<Instruction> links)) {
            if (NormOfSum.isNorm(links.getLast().action())) {
                Value sum = links.getFirst().outputs().getFirst();
                boolean needed = !program.isDeadAfter(index, sum);
                instruction.outputs().stream().filter(made -> needed || !made.equals(sum)).forEach(this::make);
                return kernels.normOfSum(links, needed, this::tensor);
            }
            Set<Value> kept = new HashSet<>(instruction.outputs());
            kept.removeIf(made -> program.isDeadAfter(index, made));
            kept.forEach(this::make);
            return kernels.chain(links, kept, this::tensor);
        }
        instruction.outputs().forEach(this::make);
        return kernels.plan(instruction.action(), tensors(instruction.inputs()), tensors(instruction.outputs()));
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
