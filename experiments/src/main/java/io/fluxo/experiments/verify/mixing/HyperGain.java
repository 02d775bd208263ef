package io.fluxo.experiments.verify.mixing;

import io.fluxo.block.HyperConnections;
import io.fluxo.block.Placement;
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
import io.fluxo.experiments.verify.algebra.Dense;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.stack.fault.ChangedAtHook;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.stream.Intervention;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Matrices near the identity that nothing holds back: what they do to streams grows with each layer. Each draw shows all n unit vectors at once, so that the mean over x is exact: ‖Π‖_F²/n. The draws
 * are taken in four parts, which the chart shows as seeds.
 */
final class HyperGain extends Claim {

    private static final int STREAMS = 4;
    private static final int LAYERS = 60;
    private static final int DRAWS = 2000;
    private static final int PARTS = 4;
    private static final int CASES = DRAWS / PARTS;
    private static final double[] SIGMAS = {0.05, 0.1};
    private static final double[] MEDIANS = {2.9, 6.3};
    private static final double[] P99 = {5.9, 28};
    private static final double[] AT = {10, 20, 30, 40, 50, 60};

    HyperGain() {
        super(Statement.of("hyper-gain", "Streams that are mixed by unconstrained matrices I + σN grow with depth, in the mean square by the factor 1 + nσ² per layer")
                .said(Citation.of("Xie et al. (2025), mHC, arXiv 2512.24880, figure 3"))
                .group("init")
                .about(Scope.NONE)
                .over("4 streams, 60 layers that only mix, σ = 0.05 and 0.1", "2,000 draws")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "hyper_connections with H_res put in place by hooks")
                .takes(1)
                .refutes(Fault.of("mutant-streams-lose", "the streams of hyper_connections lose a hundredth of their size in every block", Placement.KIND, "hyper_connections",
                        new ChangedAtHook(HyperConnections.STANDARD, Intervention.scale("blocks.*.hook_streams_post", 0.99)))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        List<List<double[]>> gains = List.of(new ArrayList<>(), new ArrayList<>());
        double[][] largest = new double[SIGMAS.length][DRAWS];
        for (int part = 0; part < PARTS; part++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split(id()).split(part);
            double[][] noise = IntStream.range(0, LAYERS).mapToObj(layer -> Draws.normal(key.split(layer), CASES * STREAMS * STREAMS, 1)).toArray(double[][]::new);
            for (int i = 0; i < SIGMAS.length; i++) {
                gains.get(i).add(gains(apparatus, noise, SIGMAS[i], largest[i], part * CASES));
            }
        }
        Figures figures = new Figures();
        Chart chart = Chart.of("growth of streams that are mixed by I + σN", "layer", "E‖ΠHx‖²/‖x‖²").withLogY();
        for (int i = 0; i < SIGMAS.length; i++) {
            double sigma = SIGMAS[i];
            double[] theory = Arrays.stream(AT).map(layer -> Math.pow(1 + STREAMS * sigma * sigma, layer)).toArray();
            int last = AT.length - 1;
            Arrays.sort(largest[i]);
            figures.add(Figure.near(Text.format("E‖ΠHx‖²/‖x‖², σ = %s", sigma), theory[last], gains.get(i).stream().mapToDouble(part -> part[last]).average().orElseThrow(), 0.15));
            figures.add(Figure.near(Text.format("largest row or column sum of |Π|, median, σ = %s", sigma), MEDIANS[i], largest[i][DRAWS / 2], 0.15));
            figures.add(Figure.near(Text.format("the same, 99th percentile, σ = %s", sigma), P99[i], largest[i][DRAWS * 99 / 100], 0.15));
            chart = chart.theory(Text.format("(1 + nσ²)^l, σ = %s", sigma), AT, theory).measured(Text.format("σ = %s", sigma), AT, gains.get(i));
        }
        return figures.finding("E‖ΠHx‖² = (1 + nσ²)^L ‖x‖²").drawn(chart);
    }

    /**
     * Mean gain of a part of the draws at each of {@link #AT}.
     *
     * @param noise   N of each layer, [case to from]
     * @param largest is given the largest sums of their products, from {@code first} on
     */
    private static double[] gains(Apparatus apparatus, double[][] noise, double sigma, double[] largest, int first) {
        int count = STREAMS * STREAMS;
        Choice placement = Choice.of("hyper_connections").with(HyperConnections.STREAMS, STREAMS).with(HyperConnections.DYNAMIC, false);
        String[] points = Arrays.stream(AT).mapToObj(layer -> Text.format("blocks.%d.hook_streams_post", (int) layer - 1)).toArray(String[]::new);
        MixingStack.Run run = MixingStack.hooked(apparatus, placement, STREAMS, LAYERS, CASES, (layer, number) -> {
            double[] matrix = Draws.identity(STREAMS);
            for (int e = 0; e < count; e++) {
                matrix[e] += sigma * noise[layer][number * count + e];
            }
            return matrix;
        }, points);
        double[] gains = new double[AT.length];
        for (int number = 0; number < CASES; number++) {
            for (int i = 0; i < AT.length; i++) {
                gains[i] += Math.pow(Dense.norm(Dense.flat(run.product((int) AT[i] - 1, number))), 2) / STREAMS / CASES;
            }
            double[][] sizes = Arrays.stream(run.product(LAYERS - 1, number)).map(row -> Arrays.stream(row).map(Math::abs).toArray()).toArray(double[][]::new);
            largest[first + number] = Math.max(Arrays.stream(Dense.rowSums(sizes)).max().orElseThrow(), Arrays.stream(Dense.rowSums(Dense.transposed(sizes))).max().orElseThrow());
        }
        return gains;
    }
}
