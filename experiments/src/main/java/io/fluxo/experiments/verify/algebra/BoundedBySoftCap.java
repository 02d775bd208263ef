package io.fluxo.experiments.verify.algebra;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** c·tanh(x/c): bounded, near x where x is small, in the same order; and so no weight comes arbitrarily near 1. */
final class BoundedBySoftCap extends Claim {

    private static final double SLACK = 1e-12;
    private static final String THEORY = "|logit| ≤ c, |c·tanh(x/c) − x| ≤ |x|³/(3c²), order kept; weight ≤ 1/(1 + (n − 1)e^−2c), attained";

    BoundedBySoftCap() {
        super(Statement.of("bounded-logits-soft-cap", "A soft cap c bounds attention logits by c, keeps their order and the small ones, and so bounds every weight below 1")
                .said(Citation.of("Gemma Team (2024), Gemma 2"))
                .group("algebra")
                .about(Scope.NONE)
                .over("c = 0.5 … 5, 2 … 6 tokens, d = 3 … 10, 1 … 3 heads of width 1 … 4", "for all weights and inputs, on random ones; the bound of weights attained by construction")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(Faults.SOFT_CAP_LEFT_OUT));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        double beyond = Double.NEGATIVE_INFINITY;
        double error = Double.NEGATIVE_INFINITY;
        double weight = Double.NEGATIVE_INFINITY;
        int disordered = 0;
        Deviation attained = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 200)) {
            Sizes sizes = Sizes.of(trial).withLayers(1);
            double c = trial.real("c", 0.5, 5);
            Seen plain = Seen.of(apparatus, trial, sizes, 0);
            Seen capped = Seen.of(apparatus, trial, sizes, c);
            double bound = 1 / (1 + (sizes.tokens() - 1) * Math.exp(-2 * c));
            for (int row = 0; row < plain.scores.length; row++) {
                for (int j = 0; j < sizes.tokens(); j++) {
                    double x = plain.scores[row][j];
                    double y = capped.scores[row][j];
                    beyond = Math.max(beyond, Math.abs(y) - c);
                    error = Math.max(error, Math.abs(y - x) - Math.abs(x * x * x) / (3 * c * c));
                    weight = Math.max(weight, capped.weights[row][j] - bound);
                    for (int k = 0; k < sizes.tokens(); k++) {
                        disordered += x < plain.scores[row][k] && y > capped.scores[row][k] ? 1 : 0;
                    }
                }
            }
            attained.see(mostExtreme(apparatus, trial, sizes.tokens(), c) - bound);
        }
        return new Figures().add(Figure.atMost("largest |logit| − c", SLACK, beyond)).add(Figure.atMost("largest |capped − x| − |x|³/(3c²)", SLACK, error))
                .add(Figure.within("pairs out of order", 0, disordered, 0)).add(Figure.atMost("largest weight − bound", SLACK, weight))
                .add(Figure.within("constructed: |largest weight − bound|", 0, attained.value(), SLACK)).finding(THEORY).within(SLACK);
    }

    /** Scores and weights, one row for each head and query. */
    private record Seen(double[][] scores, double[][] weights) {

        private static Seen of(Apparatus apparatus, Trial trial, Sizes sizes, double cap) {
            try (Blocks blocks = Blocks.of(spec(sizes, cap), apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("blocks.*", cell -> Arrays.stream(Sizes.values(trial, cell)).map(value -> 2 * value).toArray());
                return of(blocks, sizes.x0(trial));
            }
        }

        private static Seen of(Blocks blocks, HostArray x0) {
            Blocks.Run run = blocks.run(x0, "blocks.0.attn.hook_attn_scores", "blocks.0.attn.hook_pattern");
            return new Seen(Dense.of(run.at("blocks.0.attn.hook_attn_scores").toDoubles(), x0.shape().size(1)), Dense.of(run.at("blocks.0.attn.hook_pattern").toDoubles(), x0.shape().size(1)));
        }
    }

    private static ModelSpec spec(Sizes sizes, double cap) {
        return sizes.attentionOnly().with(ATTN_SCORES_SOFT_CAP, cap).with(MASK, MaskKind.BIDIRECTIONAL).with(BIAS, false);
    }

    /** The first token's weight on itself where it matches itself as far as the cap lets it, and all others as little. */
    private static double mostExtreme(Apparatus apparatus, Trial trial, int tokens, double cap) {
        Sizes sizes = new Sizes(tokens, 3, 1, 1, 2, 1);
        try (Blocks blocks = Blocks.of(spec(sizes, cap), apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
            blocks.set("blocks.0.attn.W_Q", _ -> new double[] {1, 0, 0}).set("blocks.0.attn.W_K", _ -> new double[] {1, 0, 0});
            double[] x = new double[3 * tokens];
            for (int i = 0; i < tokens; i++) {
                x[3 * i] = i == 0 ? 100 : -100;
            }
            return Seen.of(blocks, Draws.stream(tokens, 3, DType.F64, x)).weights[0][0];
        }
    }
}
