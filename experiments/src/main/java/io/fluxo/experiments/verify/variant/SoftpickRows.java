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
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.Heads;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;

/** The rows of softpick's weights, and their derivatives by the scores. */
final class SoftpickRows extends Claim {

    private static final String SCORES = "attn.hook_attn_scores";
    private static final String PATTERN = "attn.hook_pattern";

    SoftpickRows() {
        super(Statement.of("softpick-rows", "Softpick's weights are not negative, sum to at most 1, vanish where a score is not positive, and depend on the scores' common level")
                .said(Citation.of("Zuhri, Fuadi and Aji (2025), Softpick, eq. 3 and 7"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 8 tokens, 1 … 4 heads, causal", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml, recomputed from the scores", "derivatives by autodiff")
                .refutes(Fault.of("mutant-softpick-counts-the-masked", "keys that the mask forbids count in the sum with e^−∞ − 1 = −1", AttentionKind.KIND, "softpick",
                        AttentionKind.of(CountsTheMasked::new, AttentionTraits.OTHER))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        int rows = 0;
        int empty = 0;
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            try (OneLayer attention = drawn.attention(apparatus, "softpick", Mask.CAUSAL)) {
                HostArray x = drawn.x();
                var shown = attention.run(x, SCORES, PATTERN);
                double[] scores = shown.at(SCORES);
                for (int h = 0; h < drawn.heads(); h++) {
                    for (int i = 0; i < drawn.tokens(); i++) {
                        double[] expected = weights(drawn.row(scores, h, i));
                        double[] row = drawn.row(shown.at(PATTERN), h, i);
                        worst.note("weight = relu(eˢ − 1)/Σ|eˢ − 1|", row, expected);
                        worst.note("negative part of a weight", Math.max(0, -Arrays.stream(row).min().orElseThrow()));
                        worst.note("row sum beyond 1", Math.max(0, Variant.sum(row) - 1));
                        rows++;
                        empty += Variant.sum(row) == 0 ? 1 : 0;
                        derivatives(worst, drawn, attention, x, scores, expected, h, i);
                    }
                }
            }
        }
        Figures figures = worst.figures(Variant.TOLERANCE).add(Figure.between("share of rows without a positive score, whose weights are all 0", 1e-9, 1 - 1e-9, (double) empty / rows));
        return figures.add(Figure.atLeast("largest change of a weight when all scores grow by 1", 1e-3, shifted(apparatus)))
                .finding("y = relu(eˢ − 1)/Σ|eˢ − 1|; ∂y_i/∂s_j = e^s_j(δ_ij[s_i > 0] − y_i sgn s_j)/Σ; not invariant under a shift").within(Variant.TOLERANCE);
    }

    private static double[] weights(double[] scores) {
        double sum = Arrays.stream(scores).filter(Double::isFinite).map(score -> Math.abs(Math.expm1(score))).sum();
        return Arrays.stream(scores).map(score -> Double.isFinite(score) ? Math.max(0, Math.expm1(score)) / sum : 0).toArray();
    }

    private static void derivatives(Worst worst, Variant drawn, OneLayer attention, HostArray x, double[] scores, double[] weights, int h, int i) {
        double[] row = drawn.row(scores, h, i);
        double sum = Arrays.stream(row).filter(Double::isFinite).map(score -> Math.abs(Math.expm1(score))).sum();
        int out = drawn.key().split("derivative").below(i + 1, (long) h * drawn.tokens() + i);
        double[] seed = new double[scores.length];
        seed[drawn.at(h, i, out)] = 1;
        double[] pulled = attention.pulledBack(x, SCORES, PATTERN, seed);
        double[] expected = new double[i + 1];
        for (int j = 0; j <= i; j++) {
            expected[j] = Math.exp(row[j]) * ((out == j && row[out] > 0 ? 1 : 0) - weights[out] * Math.signum(row[j])) / sum;
        }
        double scale = Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElseThrow());
        worst.note("derivative by a score, over the largest of its row", Arrays.stream(Arrays.copyOf(drawn.row(pulled, h, i), i + 1)).map(value -> value / scale).toArray(),
                Arrays.stream(expected).map(value -> value / scale).toArray());
    }

    /** A softmax's weights would not change. */
    private static double shifted(Apparatus apparatus) {
        Variant drawn = Variant.drawn(apparatus, "softpick-rows", 0);
        try (OneLayer attention = drawn.attention(apparatus, "softpick", Mask.CAUSAL)) {
            double[] before = attention.run(drawn.x(), PATTERN).at(PATTERN);
            double[] after = attention.run(drawn.x(), new Intervention(SCORES, value -> attention.ops().shift(value, 1)), PATTERN).at(PATTERN);
            double largest = 0;
            for (int i = 0; i < before.length; i++) {
                largest = Math.max(largest, Math.abs(before[i] - after[i]));
            }
            return largest;
        }
    }

    /** Softpick as it comes out where masked scores are not left out of the sum. */
    private static final class CountsTheMasked extends MultiHeadAttention {

        private CountsTheMasked(String path, Dims dims, Design design) {
            super(path, dims, design);
        }

        @Override
        protected Tensor mix(Pass pass, Tensor qs, Tensor ks, Tensor vs, Tensor bias) {
            Tensor grown = pass.shift(pass.exp(scores(pass, qs, ks, bias)), -1);
            Tensor sum = pass.sum(pass.maximum(grown, pass.neg(grown)), 3);
            return weighted(pass, shownPattern(pass, pass.div(pass.relu(grown), sum)), Heads.share(pass, vs, dims().nHeads()));
        }
    }
}
