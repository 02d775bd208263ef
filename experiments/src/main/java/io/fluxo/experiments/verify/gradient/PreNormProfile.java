package io.fluxo.experiments.verify.gradient;

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
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The stream's gradient in pre-norm: each block's norm divides what flows through it by the stream's size, which is smaller toward the input. */
final class PreNormProfile extends Claim {

    private static final int[] DEPTHS = {12, 48};

    PreNormProfile() {
        super(Statement.of("pre-norm-profile", "In a pre-norm stack of networks at initialisation, the stream's gradient grows toward the input as the stream's size shrinks")
                .said(Citation.of("derived from Xiong et al. (2020), Lemma 2"))
                .group("gradient")
                .about(Scope.NONE)
                .over("ReLU networks without attention, d = 128, 64 tokens, ε = 0; depth 12 and 48", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("reverse-mode gradients in float64 on ejml")
                .takes(3)
                .refutes(Fault.of("mutant-pre-norm-is-post-norm", "the placement pre computes post-norm", Placement.KIND, "pre",
                        Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        List<Chart> charts = new ArrayList<>();
        for (int layers : DEPTHS) {
            double[] at = IntStream.rangeClosed(1, layers).asDoubleStream().toArray();
            double[] theory = Arrays.stream(at).map(layer -> Math.sqrt((1 + layers / 2.0) / (1 + layer / 2))).toArray();
            List<double[]> bySeed = new ArrayList<>();
            double ratio = 0;
            for (int seed = 0; seed < NetworkStack.SEEDS; seed++) {
                double[] norms = NetworkStack.gradients(apparatus, "pre", layers, "hook_resid_post", seed);
                double[] relative = Arrays.stream(norms).map(norm -> norm / norms[layers - 1]).toArray();
                bySeed.add(relative);
                ratio += IntStream.range(0, layers - 1).mapToDouble(layer -> relative[layer] / theory[layer]).average().orElseThrow() / NetworkStack.SEEDS;
            }
            // the gradients of neighbouring blocks share nearly all they pass through: their ratios to theory are averaged
            figures.add(Figure.within(Text.format("‖g_l‖/‖g_L‖ over theory, L = %d", layers), 1, ratio, layers == 12 ? 0.04 : 0.05));
            charts.add(Chart.of(Text.format("gradient of the stream, depth %d", layers), "block", "‖g_l‖/‖g_L‖").theory("√(s_L/s_l)", at, theory).measured("pre", at, bySeed));
        }
        return figures.finding("‖g_l‖/‖g_L‖ = √(s_L/s_l), s_l = 1 + l/2").drawn(charts.toArray(Chart[]::new));
    }
}
