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

/** Likeness of post-norm's tokens: their common part is never divided by a growing stream, so it takes over sooner than in pre-norm. */
final class PostNormCollapse extends Claim {

    private static final int LAYERS = 12;
    private static final int[] AT = {1, 4, 8, 12};

    PostNormCollapse() {
        super(Statement.of("post-norm-collapse", "In a post-norm stack at initialisation the tokens become alike within twelve blocks, sooner than in a pre-norm stack")
                .said(Citation.of("derived from Xiong et al. (2020) and Cho and Saul (2009)"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "recursion on the host")
                .refutes(InitialFaults.TOKENS_APART));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Profile post = Profile.of(apparatus, "post", LAYERS, "hook_normalized_resid_post");
        Profile pre = Profile.of(apparatus, "pre", LAYERS, "hook_resid_post");
        Moments[] theory = Recursion.postNorm(LAYERS);
        Figures figures = new Figures();
        for (int layer : AT) {
            figures.add(Figure.within(Text.format("ρ after block %d", layer), theory[layer - 1].rho(), post.rho(layer), 0.03));
        }
        figures.add(Figure.within("ρ of pre-norm after block 12", Recursion.preNorm(LAYERS)[LAYERS - 1].rho(), pre.rho(LAYERS), 0.03));
        return figures.finding("ρ ← (ρ + m)/(1 + m), then ρ ← (ρ + κ(ρ)/2)/1.5").drawn(post.likeness("post", theory), pre.likeness("pre", Recursion.preNorm(LAYERS)));
    }
}
