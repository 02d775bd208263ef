package io.fluxo.experiments.verify.initial;

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
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.HostMatrix;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Cosine between what enters a pre-norm block and what leaves it: what a block adds is nearly orthogonal to the stream and ever smaller beside it. */
final class LayerCosine extends Claim {

    private static final int LAYERS = 24;

    LayerCosine() {
        super(Statement.of("layer-cosine", "In a pre-norm stack at initialisation, a block's input and output have cosine √(s_l/s_(l+1)), so deep blocks hardly change the stream")
                .said(Citation.of("Sun et al. (2025), The Curse of Depth in Large Language Models"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "recursion on the host")
                .refutes(InitialFaults.PRE_IS_POST));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Moments[] sizes = Recursion.preNorm(LAYERS);
        double[] theory = IntStream.range(0, LAYERS).mapToDouble(layer -> Math.sqrt((layer == 0 ? 1 : sizes[layer - 1].s()) / sizes[layer].s())).toArray();
        List<double[]> bySeed = new ArrayList<>();
        for (int seed = 0; seed < XiongModel.SEEDS; seed++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
            try (Blocks blocks = XiongModel.blocks(apparatus, XiongModel.spec("pre", LAYERS), key)) {
                Blocks.Run run = blocks.run(XiongModel.x0(key), "blocks.*.hook_resid_pre", "blocks.*.hook_resid_post");
                bySeed.add(IntStream.range(0, LAYERS)
                        .mapToDouble(layer -> cosine(run.at(Text.format("blocks.%d.hook_resid_pre", layer)), run.at(Text.format("blocks.%d.hook_resid_post", layer)))).toArray());
            }
        }
        Figures figures = new Figures();
        for (int layer : new int[] {1, LAYERS}) {
            double measured = bySeed.stream().mapToDouble(seed -> seed[layer - 1]).average().orElseThrow();
            figures.add(Figure.within(Text.format("cosine across block %d", layer), theory[layer - 1], measured, 0.02));
        }
        double[] at = IntStream.rangeClosed(1, LAYERS).asDoubleStream().toArray();
        return figures.finding("cos(x_l, x_(l+1)) = √(s_l/s_(l+1))")
                .drawn(Chart.of("cosine between a block's input and output", "block", "cosine").theory("recursion", at, theory).measured("pre", at, bySeed));
    }

    /** Mean over tokens of the cosine between two streams, [1 pos d_model]. */
    private static double cosine(HostArray a, HostArray b) {
        int tokens = a.shape().size(1);
        double sum = 0;
        for (int i = 0; i < tokens; i++) {
            double[] x = HostMatrix.row(a, 0, i);
            double[] y = HostMatrix.row(b, 0, i);
            sum += dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
        }
        return sum / tokens;
    }

    private static double dot(double[] x, double[] y) {
        return IntStream.range(0, x.length).mapToDouble(c -> x[c] * y[c]).sum();
    }
}
