package io.fluxo.program;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import java.util.ArrayList;
import java.util.List;

/** Makes {@link Action.Chain}s of a sum and the norm that follows on it: one kernel adds a row, writes the sum and normalizes it. */
public record NormOfSum() implements Rule {

    @Override
    public Program rewrite(Program program) {
        List<Instruction> joined = new ArrayList<>();
        for (Instruction next : program.instructions()) {
            if (!joined.isEmpty() && isNorm(next.action()) && isSum(joined.getLast()) && next.inputs().getFirst().equals(joined.getLast().outputs().getFirst())
                    && next.inputs().stream().skip(1).noneMatch(joined.getLast()::makes)) {
                List<Instruction> links = List.of(joined.removeLast(), next);
                joined.add(Instruction.of(new Action.Chain(links), links));
            } else {
                joined.add(next);
            }
        }
        return program.with(joined);
    }

    /** Whether {@code action} is a norm's forward pass. */
    public static boolean isNorm(Action action) {
        return action instanceof Action.Forward(FusedOp op, var _) && (op instanceof FusedOp.LayerNorm || op instanceof FusedOp.RmsNorm);
    }

    /** Whether both sides have the sum's shape: nothing is stretched. */
    private static boolean isSum(Instruction instruction) {
        Value sum = instruction.outputs().getFirst();
        return instruction.action() instanceof Action.Compute(PrimitiveOp.Add _) && sum.dtype().isFloating()
                && instruction.inputs().stream().allMatch(side -> side.shape().equals(sum.shape()));
    }
}
