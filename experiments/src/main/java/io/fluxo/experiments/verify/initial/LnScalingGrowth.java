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

/** LayerNorm Scaling: what the l-th block adds is 1/l of what pre-norm adds, so the stream grows like the logarithm of depth. */
final class LnScalingGrowth extends Claim {

    private static final int LAYERS = 24;

    LnScalingGrowth() {
        super(Statement.of("ln-scaling", "With norms divided by the root of the block's number, a pre-norm stream grows like the logarithm of depth")
                .said(Citation.of("Sun et al. (2025), The Curse of Depth in Large Language Models"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "recursion on the host")
                .refutes(InitialFaults.isPreNorm("ln_scaling")));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Profile stream = Profile.of(apparatus, "ln_scaling", LAYERS, "hook_resid_post");
        Moments[] theory = Recursion.shrinking(LAYERS);
        return new Figures().add(Figure.near("s after block 24", theory[LAYERS - 1].s(), stream.s(LAYERS), 0.08))
                .finding("attention: s += m/l, c += m/l; network: s += 1/(2l), c += κ(ρ)/(2l)").drawn(stream.sizes("ln_scaling", theory));
    }
}
