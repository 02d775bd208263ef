package io.fluxo.program;

import io.fluxo.op.FusedOp;
import java.util.ArrayList;
import java.util.List;

/** Makes {@link Action.SideBySide}: queries, keys and values are three products of one input. Only neighbours are joined. */
public record PutSideBySide() implements Rule {

    @Override
    public Program rewrite(Program program) {
        List<Instruction> joined = new ArrayList<>();
        List<Instruction> together = new ArrayList<>();
        for (Instruction next : program.instructions()) {
            if (!isProduct(next) || together.stream().anyMatch(before -> next.inputs().stream().anyMatch(before::makes))) {
                flush(together, joined);
            }
            if (isProduct(next)) {
                together.add(next);
            } else {
                joined.add(next);
            }
        }
        flush(together, joined);
        return program.with(joined);
    }

    private static boolean isProduct(Instruction instruction) {
        return instruction.parts().getFirst().action() instanceof Action.Forward(FusedOp.Linear _, var _);
    }

    private static void flush(List<Instruction> together, List<Instruction> joined) {
        if (together.size() == 1) {
            joined.addAll(together);
        } else if (!together.isEmpty()) {
            joined.add(Instruction.of(new Action.SideBySide(together), together));
        }
        together.clear();
    }
}
