package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.CaseWords;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.AttentionPattern;
import io.fluxo.experiments.verify.measure.Bounded;
import io.fluxo.experiments.verify.measure.Cases;
import io.fluxo.experiments.verify.measure.Deviations;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.HostMatrix;
import io.fluxo.experiments.verify.measure.Jacobian;
import io.fluxo.experiments.verify.measure.Shown;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.experiments.verify.measure.Weights;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;

/**
 * Theorem 2.2: log α_ii is finite, attention's output is exactly the α-weighted sum of all values, the token's own included, and how a token's
 * own information passes, ∂t1_i/∂x_i, depends on its context.
 */
final class OwnInformation extends Claim {

    OwnInformation() {
        super(Statement.of("theorem-2.2", "Attention also modulates the token's own information, through the weights on all values, its own included")
                .said(Citation.chapter("A autoatenção não apenas adiciona informação contextual ao *residual stream*, mas também modula a informação original do "
                        + "*embedding* do *token* através da ponderação dos *values* pela atenção."))
                .group("chapter")
                .about(Scope.EVERY, Topic.ATTENTION, Topic.RESULT)
                .over(Phrases.SIZES, Phrases.ALL_INPUTS + "; dependence on context: there is a witness")
                .expected(Verdict.HOLDS)
                .by("float64 recomputation on the host", "rounding bound", "exact Jacobian blocks", "shrinking")
                .refutes("mutant-no-output-projection", "mutant-self-masked-attention", "mutant-uniform-attention",
                        "mutant-shared-key-value", "mutant-post-computing-pre"));
    }

    private static final String THEORY = "t1_i = Σ_j α_ij (x_j W_V + b_V) W_O + b_O with α_ii > 0; ∂t1_i/∂x_i changes with x_j, j ≠ i";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        ForAllCases.Tried sums = ForAllCases.of(candidate, apparatus).run(THEORY, candidate.domain(apparatus.dtype())
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
                        i + 1, i + 1, Digits.text(change)), CaseWords.of(drawn));
            }
            Finding finding = sums.finding(THEORY);
            return finding.witnessed(Text.format("%s: ∂t1_%d/∂x_%d changes by %s when x_1 is another token", CaseWords.of(drawn), i + 1, i + 1,
                    Digits.text(change)))
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

    private static Outcome decomposes(Candidate candidate, Specimen specimen, Deviations deviations) {
        AttentionPattern pattern = AttentionPattern.of(specimen);
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
                        Outcome value = isProjected(weights, pattern, HostMatrix.row(operand, sequence, i), sequence, head, i, deviations);
                        if (!(value instanceof Outcome.Pass)) {
                            return value;
                        }
                    }
                    heads[head] = Bounded.exact(pattern.weights(sequence, head, i), specimen.dtype()).mix(pattern.values(sequence, head, specimen.dtype()));
                }
                Bounded expected = weights.output(heads);
                double[] t1 = HostMatrix.row(pattern.output(), sequence, i);
                for (int c = 0; c < t1.length; c++) {
                    if (!deviations.add(t1[c], expected.value()[c], expected.error()[c])) {
                        return Outcome.fail(Text.format("feature %d of t1_%d is %s, but Σ_j α_ij v_j W_O + b_O is %s", c + 1, i + 1, Digits.text(t1[c]),
                                Digits.text(expected.value()[c])));
                    }
                }
            }
        }
        return Outcome.pass();
    }

    private static Outcome isProjected(Weights weights, AttentionPattern pattern, double[] x, int sequence, int head, int i, Deviations deviations) {
        DType dtype = weights.dtype();
        Bounded projected = weights.value(Bounded.exact(x, dtype), head);
        double[] value = pattern.values(sequence, head, dtype)[i].value();
        if (value.length != projected.value().length) {
            return Outcome.fail(Text.format("the values have %d features, not d_v = %d", value.length, projected.value().length));
        }
        for (int c = 0; c < value.length; c++) {
            if (!deviations.add(value[c], projected.value()[c], projected.error()[c])) {
                return Outcome.fail(Text.format("head %d carries %s for token %d, but x_%d W_V + b_V is %s", head + 1, Digits.text(value), i + 1, i + 1,
                        Digits.text(projected.value())));
            }
        }
        return Outcome.pass();
    }

    private static double logSumExp(double[] scores) {
        double largest = Arrays.stream(scores).max().orElse(0);
        return largest + Math.log(Arrays.stream(scores).map(score -> Math.exp(score - largest)).sum());
    }
}
