package io.fluxo.program;

import java.util.List;

/** One step of a program: an action, what it reads, and what it makes. */
public record Instruction(Action action, List<Value> inputs, List<Value> outputs) {

    public Instruction {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** Several instructions as one: it reads what any of them reads, and makes what any of them makes. */
    static Instruction of(Action action, List<Instruction> parts) {
        return new Instruction(action, parts.stream().flatMap(part -> part.inputs.stream()).distinct().toList(),
                parts.stream().flatMap(part -> part.outputs.stream()).toList());
    }

    /** Whether it reads what stands in the place of {@code value}. */
    public boolean reads(Value value) {
        return inputs.stream().anyMatch(value::isAt);
    }

    /** Whether it puts something in the place of {@code value}. */
    public boolean makes(Value value) {
        return outputs.stream().anyMatch(value::isAt);
    }

    /** The instructions that it consists of: itself, or those that were joined. */
    public List<Instruction> parts() {
        return switch (action) {
            case Action.Compute _, Action.Forward _, Action.Backward _, Action.Update _ -> List.of(this);
            case Action.Chain(List<Instruction> links) -> links;
            case Action.SideBySide(List<Instruction> parts) -> parts.stream().map(Instruction::parts).flatMap(List::stream).toList();
        };
    }

    /** One line: {@code 5, 6 ← layerNorm 4, 1, 2}. */
    @Override
    public String toString() {
        return numbers(outputs) + " ← " + action.name() + " " + numbers(inputs);
    }

    private static String numbers(List<Value> values) {
        return String.join(", ", values.stream().map(value -> String.valueOf(value.number())).toList());
    }
}
