package io.fluxo.experiments.verify.variant;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.OneLayer;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.op.FusedOp.Mask;
import java.util.Arrays;
import java.util.List;

/**
 * What Theorem 2.2 rests on, that a token always has a part in itself, α_ii > 0, in attention that is no softmax. Each claim is false, and shows on what the weight's sign hangs: softpick's on the sign of
 * the token's score with itself, that of differential attention on which of its two maps gives the token more.
 */
final class OwnWeight extends Claim {

    private static final String PATTERN = "attn.hook_pattern";

    /**
     * Whether a token has a part in itself, read from what the weight is made of.
     *
     * @param kind   the attention
     * @param points what the weight is made of, beside itself
     */
    private record Rule(String kind, List<String> points, Sign sign) {}

    /** Of the weight, from what is shown at a rule's points at that place: positive, 0 or negative. */
    @FunctionalInterface
    private interface Sign {
        double of(double[] shown);
    }

    private final Rule rule;

    private OwnWeight(Statement statement, Rule rule) {
        super(statement.group("algebra").about(Scope.NONE).over("2 … 8 tokens, 1 … 4 heads, causal", "for all weights and inputs, by cases").expected(Verdict.REFUTED));
        this.rule = rule;
    }

    static OwnWeight ofSoftpick() {
        return new OwnWeight(Statement.of("theorem-2.2-softpick", "In softpick too a token's weight on itself is positive, as Theorem 2.2 has it")
                .said(Citation.of("the chapter's Theorem 2.2, asked of Zuhri, Fuadi and Aji (2025), Softpick, eq. 3"))
                .by("float64 on ejml", "the sign of the token's score with itself")
                .refutes(Fault.of("mutant-softpick-is-softmax", "softpick computes the softmax", AttentionKind.KIND, "softpick",
                        AttentionKind.of(MultiHeadAttention::new, AttentionTraits.OTHER)).seenAs(Verdict.SKIPPED)),
                new Rule("softpick", List.of("attn.hook_attn_scores"), shown -> Math.max(0, shown[0])));
    }

    static OwnWeight ofDifferential() {
        return new OwnWeight(Statement.of("theorem-2.2-differential", "In differential attention too a token's weight on itself is positive, as Theorem 2.2 has it")
                .said(Citation.of("the chapter's Theorem 2.2, asked of Ye et al. (2024), Differential Transformer, eq. 1"))
                .by("float64 on ejml", "both maps and λ")
                .refutes(DifferentialRows.WITHOUT_LAMBDA.seenAs(Verdict.SKIPPED)),
                new Rule("differential", List.of("attn.hook_pattern_1", "attn.hook_pattern_2", "attn.hook_lambda"), shown -> shown[0] - shown[2] * shown[1]));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        int all = 0;
        int positive = 0;
        int alike = 0;
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            try (OneLayer attention = drawn.attention(apparatus, rule.kind, Mask.CAUSAL)) {
                asItBegins(attention);
                var shown = attention.run(drawn.x(), rule.points.toArray(String[]::new));
                double[] pattern = attention.run(drawn.x(), PATTERN).at(PATTERN);
                for (int h = 0; h < drawn.heads(); h++) {
                    for (int i = 0; i < drawn.tokens(); i++) {
                        int at = drawn.at(h, i, i);
                        double weight = pattern[at];
                        double[] here = rule.points.stream().map(shown::at).mapToDouble(values -> values[values.length == 1 ? 0 : at]).toArray();
                        all++;
                        positive += weight > 0 ? 1 : 0;
                        alike += Math.signum(weight) == Math.signum(rule.sign.of(here)) ? 1 : 0;
                    }
                }
            }
        }
        Figures figures = new Figures().add(Figure.within("share of tokens whose weight on themselves is positive", 1, (double) positive / all, 0));
        Figures evidence = new Figures().add(Figure.within("share of tokens whose weight has the sign that the formula gives it", 1, (double) alike / all, 0));
        return figures.finding("α_ii > 0, ln α_ii finite", evidence);
    }

    /** λ's vectors, which are drawn as wide as everything else, as narrow as they begin: N(0, .1²). */
    private static void asItBegins(OneLayer attention) {
        for (String vector : new String[] {"attn.lambda_q1", "attn.lambda_k1", "attn.lambda_q2", "attn.lambda_k2"}) {
            if (attention.has(vector)) {
                attention.set(vector, Arrays.stream(attention.value(vector)).map(value -> value * 0.1 / Variant.DEVIATION).toArray());
            }
        }
    }
}
