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
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.DifferentialAttention;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.Ops;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;

/** The rows of differential attention's weights: softmax(q₁k₁) − λ·softmax(q₂k₂). */
final class DifferentialRows extends Claim {

    static final Fault WITHOUT_LAMBDA = Fault.of("mutant-differential-without-lambda", "the second map is not subtracted", AttentionKind.KIND, "differential",
            AttentionKind.of(Undiminished::new, AttentionTraits.OTHER));

    private static final int[] LAYERS = {0, 1, 2, 5, 9};
    private static final double[] STARTS = {.2000, .3555, .4707, .6661, .7597};
    private static final String FIRST = "attn.hook_pattern_1";
    private static final String SECOND = "attn.hook_pattern_2";
    private static final String PATTERN = "attn.hook_pattern";
    private static final String LAMBDA = "attn.hook_lambda";

    DifferentialRows() {
        super(Statement.of("diff-rows", "Differential attention's rows sum to 1 − λ, and what both of its maps attend to alike cancels")
                .said(Citation.of("Ye et al. (2024), Differential Transformer, eq. 1 to 3"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 8 tokens, 1 … 4 heads, layers 0 … 9, causal", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml, recomputed from the two maps", "λ_init to four digits")
                .refutes(WITHOUT_LAMBDA));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            try (OneLayer attention = drawn.attention(apparatus, "differential", Mask.CAUSAL)) {
                var shown = attention.run(drawn.x(), FIRST, SECOND, PATTERN, LAMBDA);
                double lambda = shown.at(LAMBDA)[0];
                double[] difference = new double[shown.at(PATTERN).length];
                Arrays.setAll(difference, i -> shown.at(FIRST)[i] - lambda * shown.at(SECOND)[i]);
                worst.note("pattern = first − λ·second", shown.at(PATTERN), difference);
                for (int h = 0; h < drawn.heads(); h++) {
                    for (int i = 0; i < drawn.tokens(); i++) {
                        double[] row = drawn.row(shown.at(PATTERN), h, i);
                        worst.note("row sum = 1 − λ", Math.abs(Variant.sum(row) - (1 - lambda)));
                        worst.note("entry outside [−λ, 1]", Arrays.stream(row).map(value -> Math.max(Math.max(0, -Math.max(lambda, 0) - value),
                                value - 1 - Math.max(0, -lambda))).max().orElseThrow());
                    }
                }
                cancellation(worst, drawn, attention, shown.at(FIRST), shown.at(SECOND));
            }
        }
        Figures figures = worst.figures(Variant.TOLERANCE);
        for (int i = 0; i < LAYERS.length; i++) {
            figures.add(Figure.within(Text.format("λ_init of layer %d", LAYERS[i]), STARTS[i], start(apparatus, LAYERS[i]), 1e-4));
        }
        return figures.finding("row sum 1 − λ, entries in [−λ, 1]; maps aA + (1 − a)N and bB + (1 − b)N with λ = (1 − a)/(1 − b): N cancels; λ_init = .8 − .6e^(−.3l)")
                .within(Variant.TOLERANCE);
    }

    /** Both maps get the same noise N in shares 1 − a and 1 − b, and λ is put to their ratio: the pattern is what it is without N. */
    private static void cancellation(Worst worst, Variant drawn, OneLayer attention, double[] one, double[] two) {
        double a = 0.4;
        double b = 0.7;
        double ratio = (1 - a) / (1 - b);
        Ops ops = attention.ops();
        Hooks noisy = Hooks.all(List.of(
                new Intervention(FIRST, map -> noisy(ops, map, a)),
                new Intervention(SECOND, map -> noisy(ops, map, b)),
                new Intervention(LAMBDA, lambda -> ops.shift(ops.scale(lambda, 0), ratio))));
        double[] pattern = attention.run(drawn.x(), noisy, PATTERN).at(PATTERN);
        double[] expected = new double[pattern.length];
        Arrays.setAll(expected, i -> a * one[i] - ratio * b * two[i]);
        worst.note("noise in both maps cancels at λ = (1 − a)/(1 − b)", pattern, expected);
    }

    /** share·map + (1 − share)·N with N = 1/4 everywhere. */
    private static Tensor noisy(Ops ops, Tensor map, double share) {
        return ops.shift(ops.scale(map, share), (1 - share) / 4);
    }

    /** λ where its vectors are 0. */
    private static double start(Apparatus apparatus, int layer) {
        Variant drawn = Variant.drawn(apparatus, "diff-rows", 0);
        Variant inLayer = new Variant(drawn.tokens(), drawn.width(), drawn.heads(), drawn.head(), layer, drawn.key());
        try (OneLayer attention = inLayer.attention(apparatus, "differential", Mask.CAUSAL)) {
            for (String vector : new String[] {"q1", "k1", "q2", "k2"}) {
                attention.set("attn.lambda_" + vector, new double[drawn.head()]);
            }
            return attention.run(drawn.x(), LAMBDA).at(LAMBDA)[0];
        }
    }

    /** Shows λ and both maps as the sound one does, and mixes by the first map alone. */
    private static final class Undiminished extends Attention {
        private final DifferentialAttention sound;

        private Undiminished(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
            super(path);
            sound = part(new DifferentialAttention(path, dims, design));
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            Hooks without = Intervention.zero(LAMBDA);
            return sound.forward(pass.with(pass.hooks() == Hooks.NONE ? without : Hooks.all(List.of(pass.hooks(), without))), x, context);
        }
    }
}
