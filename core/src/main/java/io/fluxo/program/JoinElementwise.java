package io.fluxo.program;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes {@link Action.Chain}s of neighbours that compute each element by itself: an element goes from one to the next without being written. A neighbour is joined where
 * its result has the chain's shape and it reads a value that the chain has made.
 */
public record JoinElementwise() implements Rule {

    /** More would leave a kernel too few registers, and its name and parameters no room. */
    private static final int MOST_LINKS = 16;

    @Override
    public Program rewrite(Program program) {
        List<Instruction> joined = new ArrayList<>();
        List<Instruction> links = new ArrayList<>();
        for (Instruction next : program.instructions()) {
            if (!links.isEmpty() && !follows(links, next)) {
                flush(links, joined);
            }
            if (isElementwise(next)) {
                links.add(next);
            } else {
                joined.add(next);
            }
        }
        flush(links, joined);
        return program.with(joined);
    }

    private static void flush(List<Instruction> links, List<Instruction> joined) {
        if (links.size() == 1) {
            joined.addAll(links);
        } else if (!links.isEmpty()) {
            joined.add(Instruction.of(new Action.Chain(links), links));
        }
        links.clear();
    }

    /** Whether each element of the result depends on one element of each input. */
    public static boolean isElementwise(Instruction instruction) {
        return switch (instruction.action()) {
            case Action.Compute(PrimitiveOp op) -> switch (op) {
                case PrimitiveOp.Unary _, PrimitiveOp.Binary _, PrimitiveOp.Comparison _, PrimitiveOp.Logical _, PrimitiveOp.Where _, PrimitiveOp.Cast _ -> true;
                case PrimitiveOp.Reduction _, PrimitiveOp.ArgMax _, PrimitiveOp.MatMul _, PrimitiveOp.Movement _, PrimitiveOp.Gather _, PrimitiveOp.ScatterAdd _,
                     PrimitiveOp.Source _, PrimitiveOp.StopGradient _ -> false;
            };
            case Action.Forward(FusedOp op, var _) -> isActivation(op);
            case Action.Backward(FusedOp op, int _, boolean _, boolean onto) -> isActivation(op) && !onto;
            case Action.Update _, Action.Chain _, Action.SideBySide _ -> false;
        };
    }

    private static boolean isActivation(FusedOp op) {
        return op instanceof FusedOp.Relu || op instanceof FusedOp.Gelu;
    }

    private static boolean follows(List<Instruction> links, Instruction next) {
        Value first = links.getFirst().outputs().getFirst();
        return isElementwise(next) && links.size() < MOST_LINKS && next.outputs().getFirst().shape().equals(first.shape()) && next.inputs().stream().anyMatch(input -> isMade(links, input))
                && next.inputs().stream().filter(input -> isMade(links, input)).allMatch(input -> input.shape().equals(first.shape()));
    }

    private static boolean isMade(List<Instruction> links, Value input) {
        return links.stream().anyMatch(link -> link.makes(input));
    }
}
