package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.measure.Bounded;
import io.fluxo.experiments.verify.measure.Deviations;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.HostMatrix;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.experiments.verify.measure.Weights;
import io.fluxo.layer.Pass;
import io.fluxo.op.Ops;
import io.fluxo.property.BlockCase;
import io.fluxo.property.BlockDomain;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;

/**
 * The block computes exactly these equations: for one token with its context and for the whole [N × d] matrix, each right-hand side is
 * computed anew on the host, in float64, from what the running block shows of its operands. Norms are also given operands at a large mean,
 * where a careless variance cancels.
 */
record Recomputation(List<Equation> equations) {

    /** Times the input's scale, added to all features of a norm's operand. */
    private static final int LARGE_MEAN = 2000;

    /** What an equation's right-hand side is. */
    enum RightSide { ATTENTION, SUM, NORM_1, NORM_2, FFN }

    /** {@code result = right(operands)}, {@code t3 = LN(t2)}. */
    record Equation(String result, RightSide right, List<String> operands) {
        Equation(String result, RightSide right, String... operands) {
            this(result, right, List.of(operands));
        }

        @Override
        public String toString() {
            return result + " = " + switch (right) {
                case ATTENTION -> Text.format("MHA(%1$s_i, [%1$s_1 … %1$s_N])", operands.getFirst());
                case SUM -> String.join(" + ", operands);
                case NORM_1, NORM_2 -> Text.format("LN(%s)", operands.getFirst());
                case FFN -> Text.format("FFN(%s)", operands.getFirst());
            };
        }
    }

    Finding check(Candidate candidate, Apparatus apparatus) {
        String theory = String.join("; ", equations.stream().map(Equation::toString).toList());
        BlockDomain sizes = candidate.domain(apparatus.dtype());
        // attention: no scores so large that their rounding decides about their softmax
        boolean attention = equations.getFirst().right == RightSide.ATTENTION;
        BlockDomain domain = attention ? sizes.inputs(InputKind.NORMAL, InputKind.NORMAL, InputKind.REPEATED, InputKind.CONSTANT).inputScales(1, 1, 1e-3, 10)
                .weightScales(1, 1, 0.1)
                : sizes.inputs(InputKind.NORMAL, InputKind.NORMAL, InputKind.REPEATED, InputKind.OFFSET, InputKind.CONSTANT)
                        .inputScales(1, 1, 1e-3, 1e3).weightScales(1, 1, 1, 0.1, 10);
        return ForAllCases.of(candidate, apparatus).run(theory, domain, this::judge).finding(theory)
                .derived("right-hand sides: float64 on the host, from the operands the block shows; allowed: the rounding bound of each right-hand side in "
                        + apparatus.dtype().label() + " (running error analysis)",
                        Text.format("each in the matrix form and for every token i with its context; norms also at a mean of %d times the input's scale", LARGE_MEAN));
    }

    private Outcome judge(Specimen specimen, Deviations all) {
        Deviations deviations = new Deviations();
        Outcome outcome = compared(specimen, deviations);
        all.add(deviations);
        return outcome instanceof Outcome.Pass && !deviations.any() ? Outcome.vacuous("rounding leaves nothing to compare") : outcome;
    }

    private Outcome compared(Specimen specimen, Deviations deviations) {
        HostArray xs = specimen.xs();
        Weights weights = Weights.of(specimen);
        Map<String, HostArray> matrix = specimen.symbols(xs);
        for (Equation equation : equations) {
            Outcome whole = inMatrixForm(specimen, weights, equation, matrix, deviations, "in the matrix form");
            if (!(whole instanceof Outcome.Pass)) {
                return whole;
            }
            for (int i = 0; i < specimen.drawn().pos(); i++) {
                Outcome token = ofToken(specimen, weights, equation, xs, i, deviations);
                if (!(token instanceof Outcome.Pass)) {
                    return token;
                }
            }
            if (equation.right == RightSide.NORM_1 || equation.right == RightSide.NORM_2) {
                Map<String, HostArray> shifted = specimen.symbols(xs, atALargeMean(specimen, equation.operands.getFirst()));
                Outcome far = inMatrixForm(specimen, weights, equation, shifted, deviations,
                        Text.format("with a mean of %s added to ", Digits.text(LARGE_MEAN * specimen.drawn().inputScale())) + equation.operands.getFirst());
                if (!(far instanceof Outcome.Pass)) {
                    return far;
                }
            }
        }
        return Outcome.pass();
    }

    private static Hooks atALargeMean(Specimen specimen, String operand) {
        String point = specimen.block().path() + "." + specimen.block().chapter().get(operand);
        Ops ops = Pass.evaluation(specimen.backend());
        return new Hooks() {
            @Override
            public boolean wants(HookPoint hook) {
                return hook.name().equals(point);
            }

            @Override
            public Tensor at(HookPoint hook, Tensor value) {
                return ops.shift(value, LARGE_MEAN * specimen.drawn().inputScale());
            }
        };
    }

    private static Outcome inMatrixForm(Specimen specimen, Weights weights, Equation equation, Map<String, HostArray> symbols,
            Deviations deviations, String how) {
        BlockCase drawn = specimen.drawn();
        HostArray result = symbols.get(equation.result);
        for (int sequence = 0; sequence < drawn.batch(); sequence++) {
            List<Bounded[]> operands = rows(specimen, equation, symbols, sequence);
            for (int i = 0; i < drawn.pos(); i++) {
                Bounded expected = evaluate(weights, equation.right, operands, i);
                Outcome outcome = compare(equation, expected, HostMatrix.row(result, sequence, i), deviations, Text.format("%s, token %d", how, i + 1));
                if (!(outcome instanceof Outcome.Pass)) {
                    return outcome;
                }
            }
        }
        return Outcome.pass();
    }

    private static Outcome ofToken(Specimen specimen, Weights weights, Equation equation, HostArray xs, int i, Deviations deviations) {
        Map<String, HostArray> symbols = specimen.symbolsOfToken(xs, i);
        HostArray result = symbols.get(equation.result);
        for (int sequence = 0; sequence < specimen.drawn().batch(); sequence++) {
            int of = sequence;
            List<Bounded[]> operands = equation.operands.stream().map(symbol -> {
                HostArray shown = symbols.get(symbol);
                // the stream's x is the token alone; what attention reads beside it is the input itself
                boolean context = equation.right == RightSide.ATTENTION && symbol.equals("x");
                return rowsOf(context ? xs : shown, of, specimen);
            }).toList();
            // a value shown for the token alone has one row, one shown for its context too has the token's at i
            List<Bounded[]> aligned = equation.right == RightSide.ATTENTION ? operands : operands.stream()
                    .map(rows -> new Bounded[] {rows[Math.min(i, rows.length - 1)]}).toList();
            Bounded expected = evaluate(weights, equation.right, aligned, equation.right == RightSide.ATTENTION ? i : 0);
            Outcome outcome = compare(equation, expected, HostMatrix.row(result, of, Math.min(i, result.shape().size(1) - 1)), deviations,
                    Text.format("token %d with its context", i + 1));
            if (!(outcome instanceof Outcome.Pass)) {
                return outcome;
            }
        }
        return Outcome.pass();
    }

    private static Bounded evaluate(Weights weights, RightSide right, List<Bounded[]> operands, int i) {
        Bounded first = operands.getFirst()[i];
        return switch (right) {
            case ATTENTION -> weights.attention(operands.getFirst(), i);
            case SUM -> first.plus(operands.get(1)[i]);
            case NORM_1 -> weights.layerNorm("ln1", first);
            case NORM_2 -> weights.layerNorm("ln2", first);
            case FFN -> weights.ffn(first);
        };
    }

    private static Outcome compare(Equation equation, Bounded expected, double[] measured, Deviations deviations, String where) {
        for (int c = 0; c < measured.length; c++) {
            if (!Double.isFinite(expected.value()[c]) || !Double.isFinite(expected.error()[c])) {
                continue;                                                               // rounding leaves nothing to compare
            }
            if (!deviations.add(measured[c], expected.value()[c], expected.error()[c])) {
                return Outcome.fail(Text.format("%s, feature %d: the block has %s = %s, but %s is %s", where, c + 1, equation.result, Digits.text(measured[c]),
                        equation.toString().substring(equation.result.length() + 3), Digits.text(expected.value()[c])));
            }
        }
        return Outcome.pass();
    }

    private static List<Bounded[]> rows(Specimen specimen, Equation equation, Map<String, HostArray> symbols, int sequence) {
        return equation.operands.stream().map(symbol -> rowsOf(symbols.get(symbol), sequence, specimen)).toList();
    }

    private static Bounded[] rowsOf(HostArray array, int sequence, Specimen specimen) {
        Bounded[] rows = new Bounded[array.shape().size(1)];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Bounded.exact(HostMatrix.row(array, sequence, i), specimen.dtype());
        }
        return rows;
    }
}
