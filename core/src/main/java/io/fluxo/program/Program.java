package io.fluxo.program;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a computation does, as data: a list of operations with their inputs and outputs, the same whichever backend was asked for them. Nothing
 * in it says how an operation is computed or where its values lie.
 *
 * @param outside      values that were there before
 * @param instructions in an order in which they may run
 * @param result       the value that is wanted in the end, besides what updates put in the place of values from outside
 */
public record Program(List<Value> outside, List<Instruction> instructions, Value result) {

    public Program {
        outside = List.copyOf(outside);
        instructions = List.copyOf(instructions);
    }

    /** The same computation by other instructions. */
    public Program with(List<Instruction> others) {
        return new Program(outside, others, result);
    }

    /** This program after {@code rules}, one after the other. */
    public Program by(List<Rule> rules) {
        Program program = this;
        for (Rule rule : rules) {
            program = rule.rewrite(program);
        }
        return program;
    }

    /** The values from outside that something is put in the place of. */
    public List<Value> updated() {
        return outside.stream().filter(value -> instructions.stream().flatMap(one -> one.parts().stream()).anyMatch(one -> replaces(one, value))).toList();
    }

    private static boolean replaces(Instruction instruction, Value value) {
        return instruction.makes(value) && !(instruction.action() instanceof Action.Compute compute && compute.isView());
    }

    /** Whether the contents of the place of {@code value} are no longer needed after instruction {@code index}. */
    public boolean isDeadAfter(int index, Value value) {
        return !result.isAt(value) && outside.stream().noneMatch(value::isAt)
                && instructions.subList(index + 1, instructions.size()).stream().noneMatch(later -> later.reads(value));
    }

    /**
     * For each instruction, the values whose places are no longer needed after it; places of values from outside and of the result are always needed.
     */
    public List<List<Value>> lastUses() {
        List<List<Value>> last = new ArrayList<>();
        Set<Integer> needed = new HashSet<>();
        outside.forEach(value -> needed.add(value.place()));
        needed.add(result.place());
        for (int i = instructions.size() - 1; i >= 0; i--) {
            List<Value> free = new ArrayList<>();
            for (Value value : concat(instructions.get(i).inputs(), instructions.get(i).outputs())) {
                if (needed.add(value.place())) {
                    free.add(value);
                }
            }
            last.addFirst(free);
        }
        return last;
    }

    private static List<Value> concat(List<Value> some, List<Value> others) {
        List<Value> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    /** One instruction in each line. */
    @Override
    public String toString() {
        return instructions.stream().map(Instruction::toString).collect(Collectors.joining("\n"));
    }
}
