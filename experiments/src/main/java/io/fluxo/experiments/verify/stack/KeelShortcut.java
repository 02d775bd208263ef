package io.fluxo.experiments.verify.stack;

import io.fluxo.block.SkipScale;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.stack.KeelStack.SubLayers;
import io.fluxo.setting.Choice;
import io.fluxo.text.Text;
import java.util.Arrays;

/**
 * What the residual connections alone pass on: each norm of post-norm divides by √(1 + ½), of Keel by √(α² + ½), which hardly differs from its α. There are no attention sub-layers here, so that Keel's
 * α is the number of blocks. With uniform attention tokens become alike, so that a stack is one draw and not 32: products of four seeds scatter by a factor of 1.5 about 4e-11, and a bound is held to.
 */
final class KeelShortcut extends Claim {

    private static final double[] POST_SEEN = {0.30, 0.10, 0.010, 1.2e-4};
    /** At each depth; a shallow stack scatters most, and is cheap. */
    private static final int[] SEEDS = {12, 6, 4, 4};

    KeelShortcut() {
        super(Statement.of("keel-shortcut", "What post-norm's residual connections pass on from x_0 vanishes with depth; Keel's pass on almost all, so that Keel starts as a near-identity")
                .said(Citation.of("Keel (2026), arXiv 2601.19895"))
                .group("init")
                .about(Scope.NONE)
                .over("ReLU networks without attention, d = 64, 32 tokens, ε = 0, depth 6 to 48; with uniform attention, depth 48", "mean of 4 seeds, of 12 and 6 at depth 6 and 12")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "reverse-mode gradients")
                .takes(2)
                .refutes(StackFaults.keelScalesWhatItReads(), StackFaults.postDropsResidual()));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        int[] depths = KeelStack.DEPTHS;
        Figures figures = new Figures();
        double[] at = Arrays.stream(depths).asDoubleStream().toArray();
        double[] postTheory = new double[depths.length];
        double[] keelTheory = new double[depths.length];
        double[] post = new double[depths.length];
        double[] keel = new double[depths.length];
        for (int i = 0; i < depths.length; i++) {
            int layers = depths[i];
            postTheory[i] = Math.pow(1.5, -layers / 2.0);
            keelTheory[i] = Math.pow(1 + 0.5 / layers / layers, -layers / 2.0);
            double cosine = 0;
            double gradient = 0;
            for (int seed = 0; seed < SEEDS[i]; seed++) {
                post[i] += passed(apparatus, Choice.of("post"), SubLayers.NETWORK, layers, seed) / SEEDS[i];
                try (KeelStack stack = new KeelStack(apparatus, Choice.of("keel").with(SkipScale.ALPHA, (double) layers), SubLayers.NETWORK, layers, seed)) {
                    KeelStack.Passed passed = stack.passed(layers);
                    keel[i] += passed.gain() / SEEDS[i];
                    cosine += passed.cosine() / SEEDS[i];
                    gradient += stack.gradient() / SEEDS[i];
                }
            }
            String depth = Text.format(", L = %d", layers);
            figures.add(Figure.factor("post-norm's product of 1/σ" + depth, POST_SEEN[i], post[i], 2));
            figures.add(Figure.within("Keel's product of α/σ" + depth, keelTheory[i], keel[i], 0.01));
            figures.add(Figure.within("Keel's cos(x_0, x_L)" + depth, keelTheory[i], cosine, 0.01));
            figures.add(Figure.between("Keel's ‖g_0‖/‖g_L‖" + depth, 0.96, 0.99, gradient));
        }
        double uniform = 0;
        for (int seed = 0; seed < KeelStack.SEEDS; seed++) {
            uniform += passed(apparatus, Choice.of("post"), SubLayers.UNIFORM, 48, seed) / KeelStack.SEEDS;
        }
        figures.add(Figure.atMost("post-norm's product of 1/σ with uniform attention, L = 48", 2e-10, uniform));
        return figures.finding("Π 1/σ = 1.5^(−L/2) in post-norm; Π α/σ = cos(x_0, x_L) = (1 + ½/α²)^(−L/2) in Keel, α = L").drawn(
                Chart.of("what residual connections pass on", "blocks", "product of α/σ").withLogX().withLogY().theory("post: 1.5^(−L/2)", at, postTheory)
                        .theory("keel: (1 + ½/α²)^(−L/2)", at, keelTheory).measured("post", at, post).measured("keel", at, keel));
    }

    private static double passed(Apparatus apparatus, Choice placement, SubLayers subLayers, int layers, int seed) {
        try (KeelStack stack = new KeelStack(apparatus, placement, subLayers, layers, seed)) {
            return stack.passed(1).gain();
        }
    }
}
