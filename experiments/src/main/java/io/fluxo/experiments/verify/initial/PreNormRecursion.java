package io.fluxo.experiments.verify.initial;

import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

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
                .refutes(Fault.of("mutant-pre-norm-is-post-norm", "the placement pre computes post-norm", Placement.KIND, "pre",
                        Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        List<double[]> sizes = new ArrayList<>();
        List<double[]> likeness = new ArrayList<>();
        for (int seed = 0; seed < XiongModel.SEEDS; seed++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
            try (Blocks blocks = XiongModel.blocks(apparatus, XiongModel.spec("pre", LAYERS), key)) {
                List<Moments> layers = blocks.run(XiongModel.x0(key), "blocks.*.hook_resid_post").hooks().values().stream().map(Moments::of).toList();
                sizes.add(layers.stream().mapToDouble(Moments::s).toArray());
                likeness.add(layers.stream().mapToDouble(Moments::rho).toArray());
            }
        }
        Moments[] theory = theory();
        Figures figures = new Figures();
        for (int layer : AT) {
            figures.add(Figure.near(Text.format("s after block %d", layer), theory[layer - 1].s(), mean(sizes, layer - 1), 0.10));
            figures.add(Figure.within(Text.format("ρ after block %d", layer), theory[layer - 1].rho(), mean(likeness, layer - 1), 0.03));
        }
        double[] at = IntStream.rangeClosed(1, LAYERS).asDoubleStream().toArray();
        return figures.finding(THEORY).drawn(
                Chart.of("size of the tokens", "block", "s = E‖x‖²/d").theory("recursion", at, Arrays.stream(theory).mapToDouble(Moments::s).toArray()).measured("pre", at, sizes),
                Chart.of("likeness of the tokens", "block", "ρ").theory("recursion", at, Arrays.stream(theory).mapToDouble(Moments::rho).toArray()).measured("pre", at, likeness));
    }

    private static double mean(List<double[]> bySeed, int at) {
        return bySeed.stream().mapToDouble(seed -> seed[at]).average().orElseThrow();
    }

    private static Moments[] theory() {
        Moments[] theory = new Moments[LAYERS];
        double s = 1;
        double c = 0;
        for (int layer = 0; layer < LAYERS; layer++) {
            double m = ReluKernel.mean(c / s, XiongModel.TOKENS);
            s += m;
            c += m;
            double kappa = ReluKernel.kappa(c / s);
            s += 0.5;
            c += 0.5 * kappa;
            theory[layer] = new Moments(s, c / s);
        }
        return theory;
    }
}
