package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.NORM;

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
import io.fluxo.text.Text;

/** DyT has no statistics of the token, so it regularises: with little text it helps, with much it costs. */
final class DytRegime extends Claim {

    private static final int STEPS = 600;
    private static final int SEEDS = 2;
    private static final int SCARCE = 4000;

    DytRegime() {
        super(Statement.of("dyt-regime", "DyT in the place of LayerNorm helps where text is scarce and hurts where it is not")
                .said(Citation.of("arXiv 2604.23434"))
                .group("trained-variants")
                .about(Scope.NONE)
                .over("4 layers, d = 64, AdamW at 2e-3, 600 steps, on 4,000 and on 1.0 million characters of Tiny Shakespeare", "seeds 1 and 2")
                .expected(Verdict.HOLDS)
                .by("training on simd", "validation loss, DyT minus LayerNorm, same seed and batches")
                .takes(60)
                .refutesNone("none: eight trainings decide it"));
    }

    @Override
    public boolean needsInput() {
        return true;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return Shakespeare.on(apparatus, (_, text) -> check(apparatus, text));
    }

    private static Finding check(Apparatus apparatus, CharacterText text) {
        Figures figures = new Figures();
        int lesson = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            for (boolean scarce : new boolean[] {true, false}) {
                CharacterText read = scarce ? text.upTo(SCARCE) : text;
                double[] losses = new double[2];
                for (int i = 0; i < 2; i++) {
                    int before = lesson++;
                    losses[i] = SmallScale.validation(apparatus, SmallScale.MODEL.with(NORM, i == 0 ? "layer_norm" : "dynamic_tanh"), SmallScale.training(2e-3, STEPS), read, seed,
                            t -> apparatus.done((before + (double) t / STEPS) / (4 * SEEDS)));
                }
                String what = Text.format("DyT − LayerNorm on %,d characters, seed %d (LayerNorm %.3f)", read.limit(), seed, losses[0]);
                figures.add(scarce ? Figure.atMost(what, 0, losses[1] - losses[0]) : Figure.atLeast(what, 0, losses[1] - losses[0]));
            }
        }
        return figures.finding("DyT − LayerNorm: below 0 on 4,000 characters, above 0 on a million, in every seed");
    }
}
