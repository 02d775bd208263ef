package io.fluxo.program;

import io.fluxo.op.FusedOp;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records the actions that a backend carries out. Tensors that it has not seen before come from outside. */
public final class Recorder {

    private final Map<Tensor, Value> values = new IdentityHashMap<>();
    private final Map<Value, Tensor> outside = new LinkedHashMap<>();
    private int numbered;
    private final List<Instruction> instructions = new ArrayList<>();

    /**
     * Records an action that has been carried out.
     *
     * @param in  as the action orders them
     * @param out as the action orders them; not null
     */
    public void add(Action action, List<? extends Tensor> in, List<? extends Tensor> out) {
        List<Value> inputs = in.stream().map(this::read).toList();
        List<Value> outputs = new ArrayList<>();
        for (int i = 0; i < out.size(); i++) {
            outputs.add(make(out.get(i), replaced(action, inputs, i)));
        }
        instructions.add(new Instruction(action, inputs, outputs));
    }

    private Value read(Tensor tensor) {
        Value known = values.get(tensor);
        if (known != null) {
            return known;
        }
        Value value = make(tensor, null);
        outside.put(value, tensor);
        return value;
    }

    /** @param before what stands in its place, or null where it gets a place of its own */
    private Value make(Tensor tensor, Value before) {
        int number = numbered++;
        Value value = new Value(number, before == null ? number : before.place(), tensor.shape(), tensor.dtype());
        values.put(tensor, value);
        return value;
    }

    /** The input in whose place output {@code i} stands, or null. */
    private static Value replaced(Action action, List<Value> inputs, int i) {
        return switch (action) {
            case Action.Compute compute when compute.isView() -> inputs.getFirst();
            case Action.Backward(FusedOp _, int _, boolean _, boolean onto) when onto && i == 0 -> inputs.getLast();
            case Action.Update(var op, int states) -> inputs.get(i / op.donated() * (inputs.size() / states) + i % op.donated());
            case Action.Compute _, Action.Forward _, Action.Backward _ -> null;
            case Action.Chain _, Action.SideBySide _ -> throw new IllegalArgumentException("nobody is asked for " + action.name());
        };
    }

    /** The tensors from outside that have been read, in the order of the program's values. */
    public Map<Value, Tensor> outside() {
        return outside;
    }

    /** The recorded program. */
    public Program program(Tensor result) {
        Value value = read(result);
        return new Program(List.copyOf(outside.keySet()), instructions, value);
    }
}
