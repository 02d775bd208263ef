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
import io.fluxo.program.Program;
import io.fluxo.program.Rule;
import io.fluxo.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plans programs: joins operations on elements, gives every value memory until its last use, prepares the launches on it and captures them. Constants are computed once,
 * when the plan is made.
 */
final class Planner {

    private static final List<Rule> RULES = List.of(new LeaveOutViews(), new JoinElementwise());

    private final Gpu gpu;
    private final ActionKernels kernels;
    private final Program program;
    private final Map<Integer, GpuTensor> places = new HashMap<>();
    private final Set<Integer> lasting = new HashSet<>();

    /** @param outside the tensors of the program's outside values */
    private Planner(Gpu gpu, Program program, Map<Value, GpuTensor> outside) {
        this.gpu = gpu;
        this.kernels = new ActionKernels(gpu);
        this.program = program;
        outside.forEach((value, tensor) -> {
            places.put(value.place(), tensor);
            lasting.add(value.place());
        });
    }

    static Plan plan(Gpu device, Program recorded, Map<Value, GpuTensor> outside) {
        Gpu gpu = device.reserving();
        try {
            return new Planner(gpu, recorded.by(RULES), outside).plan(outside);
        } catch (RuntimeException | Error failure) {
            gpu.memory().close();
            throw failure;
        }
    }

    private Plan plan(Map<Value, GpuTensor> outside) {
        List<Runnable> steps = new ArrayList<>();
        List<List<Value>> lastUses = program.lastUses();
        computeConstants();
        for (int i = 0; i < program.instructions().size(); i++) {
            Instruction instruction = program.instructions().get(i);
            if (!isConstant(instruction)) {
                steps.add(step(i, instruction));
            }
            lastUses.get(i).forEach(this::free);
        }
        return new Plan(gpu, steps, blocks(program.outside(), outside), blocks(program.updated(), outside), tensor(program.result()));
    }

    /** Before anything else is given memory: what was another value's for a while would be overwritten by the next run. */
    private void computeConstants() {
        for (int i = 0; i < program.instructions().size(); i++) {
            Instruction instruction = program.instructions().get(i);
            if (isConstant(instruction)) {
                step(i, instruction).run();
                instruction.outputs().forEach(made -> lasting.add(made.place()));
            }
        }
    }

    /** Whether it computes the same every time and nothing is put in the place of what it has made: a sum of gradients may begin as zeros. */
    private boolean isConstant(Instruction instruction) {
        return instruction.action() instanceof Action.Compute(PrimitiveOp op) && (op instanceof PrimitiveOp.Constant || op instanceof PrimitiveOp.Iota)
                && program.instructions().stream().flatMap(other -> other.parts().stream()).filter(other -> other != instruction)
                        .noneMatch(other -> other.makes(instruction.outputs().getFirst()));
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
