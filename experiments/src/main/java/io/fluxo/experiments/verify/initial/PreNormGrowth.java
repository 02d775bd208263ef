package io.fluxo.experiments.verify.initial;

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
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.text.Text;

/** Pre-norm's tokens grow linearly with depth: each network adds 1/2, and each attention between 1/n, where tokens are independent, and 1, where they are alike. */
final class PreNormGrowth extends Claim {

    private static final int LAYERS = 48;
    /** The lower bound is one of expectation: the mean of few seeds may lie this share below it. */
    private static final double SAMPLING = 0.07;

    PreNormGrowth() {
        super(Statement.of("pre-norm-growth", "In a pre-norm stack at initialisation, the tokens' mean squared norm after l blocks lies between (1 + l/2)d and (1 + 3l/2)d")
                .said(Citation.of("Xiong et al. (2020), Lemma 2"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .takes(4)
                .refutes(InitialFaults.PRE_IS_POST));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Profile stream = Profile.of(apparatus, "pre", LAYERS, "hook_resid_post");
        Figures figures = new Figures();
        for (int layer = 1; layer <= LAYERS; layer++) {
            figures.add(Figure.between(Text.format("s after block %d", layer), (1 - SAMPLING) * (1 + layer / 2.0), 1 + 1.5 * layer, stream.s(layer)));
        }
        Moments[] theory = Recursion.preNorm(LAYERS);
        figures.add(Figure.near("growth per block, blocks 1 to 4", (theory[3].s() - 1) / 4, (stream.s(4) - 1) / 4, 0.10));
        figures.add(Figure.near("growth per block, blocks 25 to 48", (theory[47].s() - theory[23].s()) / 24, (stream.s(48) - stream.s(24)) / 24, 0.10));
        return figures.finding("1 + l/2 ≤ s_l ≤ 1 + 3l/2").drawn(stream.sizes("pre", theory));
    }
}
