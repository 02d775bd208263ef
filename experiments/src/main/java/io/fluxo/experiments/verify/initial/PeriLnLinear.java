package io.fluxo.experiments.verify.initial;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.text.Text;
import java.util.stream.IntStream;

/** Peri-LN adds a vector of size 1 per sub-layer, whatever the weights' scale; in pre-norm what is added grows with the weights. */
final class PeriLnLinear extends Claim {

    private static final int LAYERS = 24;
    private static final int SHORT = 8;
    private static final double[] SCALES = {0.5, 1, 2};

    PeriLnLinear() {
        super(Statement.of("peri-ln-linear", "With a norm after each sub-layer too, the stream at initialisation grows by 2 per block whatever the scale of the weights; pre-norm's growth depends on it")
                .said(Citation.of("Kim et al. (2025), Peri-LN"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0; weights × 1/2, 1, 2", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "recursion on the host")
                .takes(4)
                .refutes(InitialFaults.isPreNorm("peri_ln")));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Profile peri = Profile.of(apparatus, "peri_ln", LAYERS, "hook_resid_post");
        Moments[] theory = IntStream.rangeClosed(1, LAYERS).mapToObj(layer -> new Moments(1 + 2 * layer, Double.NaN)).toArray(Moments[]::new);
        Figures figures = new Figures();
        for (int layer : new int[] {12, 24}) {
            figures.add(Figure.near(Text.format("s after block %d", layer), 1 + 2 * layer, peri.s(layer), 0.07));
        }
        for (double scale : SCALES) {
            Profile scaled = Profile.of(apparatus, XiongModel.spec("peri_ln", SHORT), "hook_resid_post", (blocks, _) -> XiongModel.scaled(blocks, scale));
            figures.add(Figure.near(Text.format("s after block 8, weights × %s", Digits.text(scale)), peri.s(SHORT), scaled.s(SHORT), 1e-6));
            Profile pre = Profile.of(apparatus, XiongModel.spec("pre", SHORT), "hook_resid_post", (blocks, _) -> XiongModel.scaled(blocks, scale));
            double claimed = Recursion.preNorm(SHORT, _ -> Math.pow(scale, 2), _ -> Math.pow(scale, 4))[SHORT - 1].s();
            figures.add(Figure.near(Text.format("s of pre-norm after block 8, weights × %s", Digits.text(scale)), claimed, pre.s(SHORT), 0.10));
        }
        return figures.finding("s_l = 1 + 2l").drawn(peri.sizes("peri_ln", theory));
    }
}
