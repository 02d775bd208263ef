package io.fluxo.program;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes {@link Action.Chain}s: a product, the sum with the residual stream, an activation and a norm are computed row by row while the rows are in
 * the cache, and so are a sum and its norm. Two neighbours are joined where the second needs only the elements, or the rows, that the first has just
 * finished, and nothing else of the chain.
 */
public record FollowOnRows(Reach reach) implements Rule {

    /** How a chain begins. */
    private enum Beginning { PRODUCT, SUM, OTHER }

    /** What an instruction needs of the value it follows on. */
    private enum Need { ELEMENTS, WHOLE_ROWS, MORE }

    @Override
    public Program rewrite(Program program) {
        List<Instruction> chained = new ArrayList<>();
        List<Instruction> links = new ArrayList<>();
        for (Instruction next : program.instructions()) {
            if (!links.isEmpty() && !follows(links, next)) {
                chained.add(joined(links));
                links.clear();
            }
            links.add(next);
        }
        if (!links.isEmpty()) {
            chained.add(joined(links));
        }
        return program.with(chained);
    }

    private static Instruction joined(List<Instruction> links) {
        return links.size() == 1 ? links.getFirst() : Instruction.of(new Action.Chain(links), links);
    }

    private boolean follows(List<Instruction> links, Instruction next) {
        Instruction first = links.getFirst();
        Beginning beginning = beginning(first);
        if (beginning == Beginning.OTHER) {
            return false;
        }
        Value finished = links.getLast().outputs().getFirst();
        int columns = finished.columns();
        return columns > 0 && reach.followsOn(columns) && next.outputs().getFirst().columns() == columns && readsNothingElse(links, finished, next)
                && switch (need(next, finished)) {
                    case ELEMENTS -> beginning == Beginning.PRODUCT;
                    case WHOLE_ROWS -> beginning == Beginning.SUM || reach.finishesWholeRows(first);
                    case MORE -> false;
                };
    }

    private static boolean readsNothingElse(List<Instruction> links, Value finished, Instruction next) {
        return next.inputs().stream().filter(input -> !input.isAt(finished)).noneMatch(input -> links.stream().anyMatch(link -> link.makes(input)));
    }

    private static Beginning beginning(Instruction first) {
        return switch (first.action()) {
            case Action.Forward(FusedOp.Linear _, var _) -> Beginning.PRODUCT;
            case Action.Backward(FusedOp.Linear _, int _, boolean _, boolean _) -> Beginning.PRODUCT;
            case Action.Compute(PrimitiveOp.Add _) when isElementByElement(first) -> Beginning.SUM;
            case Action.Forward _, Action.Backward _, Action.Compute _, Action.Update _, Action.Chain _, Action.SideBySide _ -> Beginning.OTHER;
        };
    }

    private static Need need(Instruction next, Value finished) {
        return switch (next.action()) {
            case Action.Forward(FusedOp op, var _) when next.inputs().getFirst().isAt(finished) -> need(op);
            case Action.Backward(FusedOp op, int _, boolean _, boolean onto) when next.inputs().getFirst().isAt(finished) && !onto -> needOfGradient(op);
            case Action.Compute(PrimitiveOp.Add _) when isElementByElement(next) && isOneSide(next, finished) -> Need.ELEMENTS;
            case Action.Forward _, Action.Backward _, Action.Compute _, Action.Update _, Action.Chain _, Action.SideBySide _ -> Need.MORE;
        };
    }

    private static Need need(FusedOp op) {
        return switch (op) {
            case FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Dropout _ -> Need.ELEMENTS;
            case FusedOp.LayerNorm _, FusedOp.RmsNorm _ -> Need.WHOLE_ROWS;
            case FusedOp.Linear _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.Attention _, FusedOp.Rotate _, FusedOp.CrossEntropy _ -> Need.MORE;
        };
    }

    /** What the backward pass needs of the gradient that comes to it. */
    private static Need needOfGradient(FusedOp op) {
        return switch (op) {
            case FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Dropout _ -> Need.ELEMENTS;
            case FusedOp.LayerNorm _, FusedOp.RmsNorm _, FusedOp.Linear _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.Attention _,
                 FusedOp.Rotate _, FusedOp.CrossEntropy _ -> Need.MORE;
        };
    }

    private static boolean isElementByElement(Instruction add) {
        return add.outputs().getFirst().dtype().isFloating() && add.inputs().get(0).shape().equals(add.inputs().get(1).shape());
    }

    private static boolean isOneSide(Instruction add, Value finished) {
        return add.inputs().get(0).isAt(finished) ^ add.inputs().get(1).isAt(finished);
    }
}
