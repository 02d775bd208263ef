package io.fluxo.experiments.verify.stack;

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

/** The gradient of the stream does not go the way of the shortcut: what residual connections lose comes back through the sub-layers. */
final class KeelShortcutGradient extends Claim {

    KeelShortcutGradient() {
        super(Statement.of("keel-shortcut-gradient", "The ResNet-style residual connection of post-norm makes gradients vanish")
                .said(Citation.of("Keel (2026), arXiv 2601.19895"))
                .group("init")
                .about(Scope.NONE)
                .over("d = 64, 32 tokens, ε = 0, depth 6 to 48: networks alone, uniform attention, causal softmax attention", "geometric mean of 4 seeds")
                .expected(Verdict.REFUTED)
                .by("reverse-mode gradients in float64 on ejml")
                .takes(2)
                .refutes(StackFaults.postDropsResidual().seenAs(Verdict.SKIPPED)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        int[] depths = KeelStack.DEPTHS;
        double[] at = Arrays.stream(depths).asDoubleStream().toArray();
        double[] theory = new double[depths.length];
        double[][] seen = new double[SubLayers.values().length][depths.length];
        Figures figures = new Figures();
        Figures evidence = new Figures();
        for (int i = 0; i < depths.length; i++) {
            theory[i] = Math.pow(1.5, -depths[i] / 2.0);
            for (SubLayers subLayers : SubLayers.values()) {
                double ratio = ratio(apparatus, subLayers, depths[i]);
                seen[subLayers.ordinal()][i] = ratio;
                evidence.add(Figure.factor(Text.format("‖g_0‖/‖g_L‖, %s, L = %d", subLayers, depths[i]), known(subLayers)[i], ratio, 2));
            }
            figures.add(Figure.factor(Text.format("‖g_0‖/‖g_L‖ as the shortcut, networks alone, L = %d", depths[i]), theory[i], seen[SubLayers.NETWORK.ordinal()][i], 2));
        }
        Chart chart = Chart.of("the gradient of the stream in post-norm", "blocks", "‖g_0‖/‖g_L‖").withLogX().withLogY().theory("shortcut: 1.5^(−L/2)", at, theory);
        for (SubLayers subLayers : SubLayers.values()) {
            chart = chart.measured(subLayers.toString(), at, seen[subLayers.ordinal()]);
        }
        return figures.finding("‖g_0‖/‖g_L‖ = Π 1/σ = 1.5^(−L/2)", evidence).drawn(chart);
    }

    /** Of a separate implementation. */
    private static double[] known(SubLayers subLayers) {
        return switch (subLayers) {
            case NETWORK -> new double[] {0.95, 1.06, 1.07, 1.17};
            case UNIFORM -> new double[] {0.59, 0.50, 0.85, 0.49};
            case CAUSAL -> new double[] {1.29, 1.15, 1.10, 0.93};
        };
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
