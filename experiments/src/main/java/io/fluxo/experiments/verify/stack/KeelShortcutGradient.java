package io.fluxo.experiments.verify.stack;

import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
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
 * The gradient of the stream does not go the way of the shortcut: what residual connections lose comes back through the sub-layers. The ratio scatters widely from seed to seed, by a factor of up to
 * three; what is expected of it is taken from more seeds than four.
 */
final class KeelShortcutGradient extends Claim {

    KeelShortcutGradient() {
        super(Statement.of("keel-shortcut-gradient", "The ResNet-style residual connection of post-norm makes gradients vanish")
                .said(Citation.of("Keel (2026), arXiv 2601.19895"))
                .group("init")
                .about(Scope.NONE)
                .over("d = 64, 32 tokens, ε = 0, depth 6 to 48: networks alone, uniform attention; depth 6 and 12: causal softmax attention", "geometric mean of 4 seeds")
                .expected(Verdict.REFUTED)
                .by("reverse-mode gradients in float64 on ejml")
                .takes(2)
                .refutes(StackFaults.withoutNorms("post", Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS), _ -> true).seenAs(Verdict.SKIPPED)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        int[] depths = KeelStack.DEPTHS;
        double[] at = Arrays.stream(depths).asDoubleStream().toArray();
        double[] theory = new double[depths.length];
        Figures figures = new Figures();
        Figures evidence = new Figures();
        Arrays.setAll(theory, i -> Math.pow(1.5, -depths[i] / 2.0));
        Chart chart = Chart.of("the gradient of the stream in post-norm", "blocks", "‖g_0‖/‖g_L‖").withLogX().withLogY().theory("shortcut: 1.5^(−L/2)", at, theory);
        for (SubLayers subLayers : SubLayers.values()) {
            Known known = Known.of(subLayers);
            double[] seen = new double[known.means().length];
            for (int i = 0; i < seen.length; i++) {
                seen[i] = ratio(apparatus, subLayers, depths[i]);
                evidence.add(Figure.factor(Text.format("‖g_0‖/‖g_L‖, %s, L = %d", subLayers, depths[i]), known.means()[i], seen[i], known.factor(i)));
                if (subLayers == SubLayers.NETWORK) {
                    figures.add(Figure.factor(Text.format("‖g_0‖/‖g_L‖ as the shortcut, networks alone, L = %d", depths[i]), theory[i], seen[i], 2));
                }
            }
            chart = chart.measured(subLayers.toString(), Arrays.copyOf(at, seen.length), seen);
        }
        return figures.finding("‖g_0‖/‖g_L‖ = Π 1/σ = 1.5^(−L/2)", evidence).drawn(chart);
    }

    /**
     * What a separate implementation shows.
     *
     * @param means   geometric means of ‖g_0‖/‖g_L‖ at each depth, of 40 seeds, of 80 with causal attention
     * @param scatter standard deviations of their logarithms from seed to seed
     */
    private record Known(double[] means, double[] scatter) {

        static Known of(SubLayers subLayers) {
            return switch (subLayers) {
                case NETWORK -> new Known(new double[] {1.01, 1.04, 1.10, 1.08}, new double[] {0.07, 0.14, 0.23, 0.46});
                case UNIFORM -> new Known(new double[] {0.593, 0.430, 0.305, 0.235}, new double[] {0.23, 0.56, 0.81, 1.06});
                case CAUSAL -> new Known(new double[] {1.01, 1.01}, new double[] {0.29, 0.49});
            };
        }

        /** Three standard errors of the mean of this claim's seeds, and 2 at least. */
        double factor(int depth) {
            return Math.max(2, Math.exp(3 * scatter[depth] / Math.sqrt(KeelStack.SEEDS)));
        }
    }

    private static double ratio(Apparatus apparatus, SubLayers subLayers, int layers) {
        double logs = 0;
        for (int seed = 0; seed < KeelStack.SEEDS; seed++) {
            try (KeelStack stack = new KeelStack(apparatus, Choice.of("post"), subLayers, layers, seed)) {
                logs += Math.log(stack.gradient()) / KeelStack.SEEDS;
            }
        }
        return Math.exp(logs);
    }
}
