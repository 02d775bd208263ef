package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Check;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Numbers;
import io.fluxo.experiments.verify.Words;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;

/**
 * Theorem 2.2: log α_ii is finite, attention's output is exactly the α-weighted sum of all values, the token's own included, and how a token's
 * own information passes, ∂t1_i/∂x_i, depends on its context.
 */
record OwnInformation() implements Check {

    private static final String THEORY = "t1_i = Σ_j α_ij (x_j W_V + b_V) W_O + b_O with α_ii > 0; ∂t1_i/∂x_i changes with x_j, j ≠ i";

    @Override
    public Finding of(Candidate candidate, Apparatus apparatus) {
        ForAll.Trial sums = ForAll.of(candidate, apparatus).run(THEORY, candidate.domain(apparatus.dtype())
                .inputs(InputKind.NORMAL, InputKind.REPEATED, InputKind.OFFSET).inputScales(1, 1e-3, 1e3).weightScales(1, 1e-3).pos(1, 6),
                (specimen, deviations) -> decomposes(candidate, specimen, deviations));
        if (sums.refuted()) {
            return sums.finding(THEORY);
        }
        BlockCase drawn = Cases.ordinary(candidate, apparatus.seed());
        try (Specimen specimen = Specimen.of(candidate, drawn, apparatus.reference(), DType.F64)) {
            if (!Shown.has(specimen.block(), "hook_attn_out")) {
                return Finding.skipped("the block shows no hook_attn_out");
            }
            var t1 = Shown.at(specimen.block(), "hook_attn_out");
            int i = drawn.pos() - 1;
            HostArray xs = specimen.xs();
            Jacobian here = Jacobian.of(apparatus.reference(), DType.F64, xs, t1);
            Jacobian elsewhere = Jacobian.of(apparatus.reference(), DType.F64, drawn.withAnotherToken(xs, 0), t1);
            double change = change(here, elsewhere, i);
            if (!(change > 1e-9)) {
                return Finding.refuted(THEORY, Text.format("∂t1_%d/∂x_%d changes by %s when x_1 is another token: it does not depend on context",
                        i + 1, i + 1, Numbers.text(change)), Words.of(drawn));
            }
            Finding finding = sums.finding(THEORY);
            return finding.witnessed(Text.format("%s: ∂t1_%d/∂x_%d changes by %s when x_1 is another token", Words.of(drawn), i + 1, i + 1,
                    Numbers.text(change)))
                    .derived("log α_ii is finite in every case: the score of a token with itself is never masked",
                            "α and the values as the block shows them (attn.hook_pattern, attn.hook_v); the sum over j, the heads and W_O on the host, in float64");
        }
    }

    private static double change(Jacobian a, Jacobian b, int i) {
        double largest = 0;
        for (int c = 0; c < a.width(); c++) {
            for (int e = 0; e < a.inWidth(); e++) {
                int row = i * a.width() + c;
                int column = i * a.inWidth() + e;
                largest = Math.max(largest, Math.abs(a.entries()[row][column] - b.entries()[row][column]));
            }
        }
        return largest;
    }

    private static Outcome decomposes(Candidate candidate, Specimen specimen, ForAll.Deviations deviations) {
        Pattern pattern = Pattern.of(specimen);
        if (pattern == null) {
            return Outcome.vacuous("the block shows no attention pattern");
        }
        Weights weights = Weights.of(specimen);
        BlockCase drawn = specimen.drawn();
        HostArray operand = switch (candidate.equations()) {
            case POST -> specimen.symbols(specimen.xs()).get("x");
            case PRE -> specimen.symbols(specimen.xs()).get("t1");
            case OTHER -> null;
        };
        for (int sequence = 0; sequence < drawn.batch(); sequence++) {
            for (int i = 0; i < drawn.pos(); i++) {
                Bounded[] heads = new Bounded[drawn.nHeads()];
                for (int head = 0; head < heads.length; head++) {
                    double[] scores = pattern.scores(sequence, head, i);
                    if (!Double.isFinite(scores[i] - logSumExp(scores))) {
                        return Outcome.fail(Text.format("head %d: log α_%d%d is %s, token %d has no part in itself", head + 1, i + 1, i + 1,
                                scores[i] - logSumExp(scores), i + 1));
                    }
                    if (operand != null) {
                        Outcome value = isProjected(weights, pattern, Equations.row(operand, sequence, i), sequence, head, i, deviations);
                        if (!(value instanceof Outcome.Pass)) {
                            return value;
                        }
                    }
                    heads[head] = Bounded.exact(pattern.weights(sequence, head, i), specimen.dtype()).mix(pattern.values(sequence, head, specimen.dtype()));
                }
                Bounded expected = weights.output(heads);
                double[] t1 = Equations.row(pattern.output(), sequence, i);
                for (int c = 0; c < t1.length; c++) {
                    if (!deviations.add(t1[c], expected.value()[c], expected.error()[c])) {
                        return Outcome.fail(Text.format("feature %d of t1_%d is %s, but Σ_j α_ij v_j W_O + b_O is %s", c + 1, i + 1, Numbers.text(t1[c]),
                                Numbers.text(expected.value()[c])));
                    }
                }
            }
        }
        return Outcome.pass();
    }

    private static Outcome isProjected(Weights weights, Pattern pattern, double[] x, int sequence, int head, int i, ForAll.Deviations deviations) {
        DType dtype = weights.dtype();
        Bounded projected = weights.value(Bounded.exact(x, dtype), head);
        double[] value = pattern.values(sequence, head, dtype)[i].value();
        if (value.length != projected.value().length) {
            return Outcome.fail(Text.format("the values have %d features, not d_v = %d", value.length, projected.value().length));
        }
        for (int c = 0; c < value.length; c++) {
            if (!deviations.add(value[c], projected.value()[c], projected.error()[c])) {
                return Outcome.fail(Text.format("head %d carries %s for token %d, but x_%d W_V + b_V is %s", head + 1, Numbers.text(value), i + 1, i + 1,
                        Numbers.text(projected.value())));
            }
        }
        return Outcome.pass();
    }

    private static double logSumExp(double[] scores) {
        double largest = Arrays.stream(scores).max().orElse(0);
        return largest + Math.log(Arrays.stream(scores).map(score -> Math.exp(score - largest)).sum());
    }

    /** What attention shows: [batch head n m] scores and weights, [batch m head d_v] values, [batch n head d_v] results, [batch n d] output. */
    record Pattern(HostArray scores, HostArray pattern, HostArray values, HostArray results, HostArray output) {

        /** Null where the block shows no such thing. */
        static Pattern of(Specimen specimen) {
            List<HostArray> shown = specimen.hooked(specimen.xs(), "attn.hook_attn_scores", "attn.hook_pattern", "attn.hook_v", "attn.hook_z",
                    "hook_attn_out");
            return shown.contains(null) ? null : new Pattern(shown.get(0), shown.get(1), shown.get(2), shown.get(3), shown.get(4));
        }

        double[] scores(int sequence, int head, int i) {
            return line(scores, sequence, head, i);
        }

        double[] weights(int sequence, int head, int i) {
            return line(pattern, sequence, head, i);
        }

        private static double[] line(HostArray array, int sequence, int head, int i) {
            int[] sizes = array.shape().sizes();
            int start = ((sequence * sizes[1] + head) * sizes[2] + i) * sizes[3];
            return Arrays.copyOfRange(array.toDoubles(), start, start + sizes[3]);
        }

        Bounded[] values(int sequence, int head, DType dtype) {
            Bounded[] rows = new Bounded[values.shape().size(1)];
            for (int j = 0; j < rows.length; j++) {
                rows[j] = Bounded.exact(head(values, sequence, j, head), dtype);
            }
            return rows;
        }

        double[] result(int sequence, int head, int i) {
            return head(results, sequence, i, head);
        }

        private static double[] head(HostArray array, int sequence, int i, int head) {
            int[] sizes = array.shape().sizes();
            int start = ((sequence * sizes[1] + i) * sizes[2] + head) * sizes[3];
            return Arrays.copyOfRange(array.toDoubles(), start, start + sizes[3]);
        }
    }
}
