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

/**
 * Size and likeness of pre-norm's tokens at initialisation, layer by layer. A norm hands every sub-layer tokens of size 1 with likeness ρ. Uniform attention
 * returns their mean, of size m = (1 + (n − 1)ρ)/n, the same for all tokens; the ReLU network returns size ½ and likeness κ(ρ) (Cho and Saul 2009).
 */
final class PreNormRecursion extends Claim {

    private static final int LAYERS = 24;
    private static final int[] AT = {1, 4, 12, 24};
    private static final String THEORY = "attention: s += m, c += m; network: s += 1/2, c += κ(ρ)/2; ρ = c/s";

    PreNormRecursion() {
        super(Statement.of("pre-norm-recursion", "In a pre-norm stack at initialisation, size and likeness of the tokens follow a recursion over sub-layers")
                .said(Citation.of("derived from Xiong et al. (2020), Lemma 2, and Cho and Saul (2009)"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "recursion on the host")
                .refutes(InitialFaults.PRE_IS_POST));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Profile stream = Profile.of(apparatus, "pre", LAYERS, "hook_resid_post");
        Moments[] theory = Recursion.preNorm(LAYERS);
        Figures figures = new Figures();
        for (int layer : AT) {
            figures.add(Figure.near(Text.format("s after block %d", layer), theory[layer - 1].s(), stream.s(layer), 0.10));
            figures.add(Figure.within(Text.format("ρ after block %d", layer), theory[layer - 1].rho(), stream.rho(layer), 0.03));
        }
        return figures.finding(THEORY).drawn(stream.sizes("pre", theory), stream.likeness("pre", theory));
    }
}
