package io.fluxo.experiments.verify.initial;

import io.fluxo.block.DeepNorm;
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
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;

/** DeepNorm at initialisation, with DeepNet's own weights: Xavier, here N(0, 1/d), those of values and networks × β. Post-norm has them without β. */
final class DeepNormCollapse extends Claim {

    private static final int[] DEPTHS = {12, 48};

    DeepNormCollapse() {
        super(Statement.of("deepnorm-collapse", "At initialisation DeepNorm keeps the tokens apart at depths at which post-norm has made them alike")
                .said(Citation.of("Wang et al. (2022), DeepNet"))
                .group("init")
                .about(Scope.NONE)
                .over("d = 128, 64 tokens, uniform attention with W_O, ReLU, ε = 0, Xavier; depth 12 and 48", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .takes(10)
                .refutes(InitialFaults.TOKENS_APART));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        for (int layers : DEPTHS) {
            figures.add(Figure.atMost(Text.format("ρ of DeepNorm after %d blocks", layers), 0.02, rho(apparatus, "deep_norm", layers, DeepNorm.beta(layers))));
            figures.add(Figure.atLeast(Text.format("ρ of post-norm after %d blocks", layers), 0.95, rho(apparatus, "post", layers, 1)));
        }
        return figures.finding("ρ_L ≤ 0.02 for DeepNorm, ≥ 0.95 for post-norm");
    }

    private static double rho(Apparatus apparatus, String placement, int layers, double beta) {
        Profile profile = Profile.of(apparatus, XiongModel.spec(placement, layers), "hook_normalized_resid_post", (blocks, key) -> xavier(blocks, key, beta));
        return profile.rho(layers);
    }

    private static Blocks xavier(Blocks blocks, RandomKey key, double beta) {
        double deviation = beta / Math.sqrt(XiongModel.WIDTH);
        return XiongModel.scaled(blocks, beta).set("blocks.*.attn.W_O", cell -> Draws.normal(key.split(cell.name()), cell.shape().elements(), deviation));
    }
}
