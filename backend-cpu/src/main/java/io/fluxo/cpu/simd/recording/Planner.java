package io.fluxo.cpu.simd.recording;

import io.fluxo.cpu.simd.kernel.JoinedKernels;
import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.memory.Tensors;
import io.fluxo.cpu.simd.products.Epilogue;
import io.fluxo.cpu.simd.products.Gemm;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.program.Action;
import io.fluxo.program.FollowOnRows;
import io.fluxo.program.Instruction;
import io.fluxo.program.LeaveOutViews;
import io.fluxo.program.Program;
import io.fluxo.program.PutSideBySide;
import io.fluxo.program.Reach;
import io.fluxo.program.Recording;
import io.fluxo.program.Rule;
import io.fluxo.program.Value;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans programs: joins neighbouring instructions, gives every value memory until its last use, and prepares the kernels on it. */
public final class Planner {

    private final Memory memory;
    private final ActionKernels kernels;
    private final JoinedKernels joined;
    private final List<Rule> rules;

    public Planner(Memory memory, Workers workers, Gemm gemm, ActionKernels kernels) {
        this.memory = memory;
        this.kernels = kernels;
        this.joined = new JoinedKernels(workers, gemm);
        this.rules = List.of(new LeaveOutViews(), new FollowOnRows(reach(gemm)), new PutSideBySide());
    }

    private static Reach reach(Gemm gemm) {
        return new Reach() {
            @Override
            public boolean followsOn(int columns) {
                return Epilogue.fits(columns);
            }

            @Override
            public boolean finishesWholeRows(Instruction product) {
                return gemm.finishesWholeRows(sizes(product));
            }
        };
    }

    /** The sizes of an instruction's first product: the one that gives the result, or the input's gradient. */
    private static Gemm.Sizes sizes(Instruction product) {
        Value made = product.outputs().getFirst();
        Value from = product.inputs().getFirst(); // x, or the gradient of y
        int columns = made.columns();
        return new Gemm.Sizes(columns == 0 ? 0 : made.shape().elements() / columns, columns, from.columns());
    }

    /** The plan that repeats a step; none where the step has released a tensor from outside. */
    public Optional<Plan> plan(Recording.Written step) {
        Map<Value, SimdTensor> outside = new LinkedHashMap<>();
        step.outside().forEach((value, tensor) -> outside.put(value, Tensors.own(tensor)));
        return outside.values().stream().allMatch(tensor -> tensor.buffer().isInUse()) ? Optional.of(plan(step.program(), outside)) : Optional.empty();
    }

    /** @param outside the tensors of the program's outside values */
    private Plan plan(Program recorded, Map<Value, SimdTensor> outside) {
        TensorScope scope = memory.open();
        try {
            Plan plan = ready(recorded.by(rules), outside);
            memory.leave(scope);
            return plan;
        } catch (RuntimeException | Error thrown) {
            scope.close();
            throw thrown;
        }
    }

    /** The plan, made in the scope that is open now. */
    private Plan ready(Program program, Map<Value, SimdTensor> outside) {
        Places places = new Places(outside);
        List<Runnable> bodies = new ArrayList<>();
        List<List<Value>> lastUses = program.lastUses();
        for (int i = 0; i < program.instructions().size(); i++) {
            Instruction instruction = program.instructions().get(i);
            instruction.outputs().forEach(places::make);
            bodies.add(kernel(program, i, instruction, places).body());
            lastUses.get(i).forEach(places::free);
        }
        return new Plan(program.instructions().stream().map(one -> one.action().name()).toList(), bodies, buffers(program.outside(), outside),
                buffers(program.updated(), outside), places.tensor(program.result()));
    }

    private static List<Memory.ArrayBuffer> buffers(List<Value> values, Map<Value, SimdTensor> outside) {
        return values.stream().map(value -> outside.get(value).buffer()).distinct().toList();
    }

    /**
     * Memory that a kernel borrows is given back before the next kernel is made, since kernels run one after the other. The kernels of a chain's
     * links and of parts side by side borrow nothing that the joined kernel keeps using.
     */
    private Kernel kernel(Program program, int index, Instruction instruction, Places places) {
        Kernel kernel = switch (instruction.action()) {
            case Action.Chain(List<Instruction> links) -> joined.chain(links.stream().map(link -> kernel(program, index, link, places)).toList(),
                    !program.isDeadAfter(index, links.getFirst().outputs().getFirst()));
            case Action.SideBySide(List<Instruction> parts) -> joined.sideBySide(parts.stream().map(part -> kernel(program, index, part, places)).toList());
            case Action.Compute _, Action.Forward _, Action.Backward _, Action.Update _ ->
                kernels.plan(instruction.action(), places.tensors(instruction.inputs()), places.tensors(instruction.outputs()));
        };
        memory.takeBack();
        return kernel;
    }

    /** Where values are stored while a program is planned. */
    private final class Places {
        private final Map<Integer, Memory.ArrayBuffer> buffers = new HashMap<>();
        private final Map<Value, SimdTensor> tensors = new HashMap<>();

        private Places(Map<Value, SimdTensor> outside) {
            outside.forEach((value, tensor) -> buffers.put(value.place(), Memory.ArrayBuffer.lasting(tensor.buffer().array())));
        }

        private void make(Value value) {
            if (value.isNew()) {
                buffers.put(value.place(), memory.allocate(value.dtype(), value.shape().elements()));
            }
        }

        private void free(Value value) {
            memory.release(buffers.get(value.place()));
        }

        private List<SimdTensor> tensors(List<Value> values) {
            return values.stream().map(this::tensor).toList();
        }

        /** One tensor for each value. It stays valid when its memory is reused for another value. */
        private SimdTensor tensor(Value value) {
            return tensors.computeIfAbsent(value,
                    key -> new SimdTensor(Memory.ArrayBuffer.lasting(buffers.get(key.place()).array()), key.shape(), key.dtype()));
        }
    }
}
