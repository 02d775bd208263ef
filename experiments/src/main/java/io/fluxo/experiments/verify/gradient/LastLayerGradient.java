package io.fluxo.experiments.verify.gradient;

import static io.fluxo.model.ModelSpec.*;

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
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.experiments.verify.measure.Slope;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient of the last network's second matrix. The norm behind it divides by the size of what it is given: by √(3/2) in post-norm, at every depth, and by √s_L in
 * pre-norm, whose stream has grown with depth.
 */
final class LastLayerGradient extends Claim {

    private static final int WIDTH = 64;
    private static final int TOKENS = 32;
    private static final int VOCABULARY = 64;
    private static final int SEEDS = 6;
    private static final double[] DEPTHS = {2, 4, 8, 16, 32, 64};

    LastLayerGradient() {
        super(Statement.of("last-layer-gradient", "At initialisation the gradient of the last layer's weights shrinks with depth like 1/√L in pre-norm and does not depend on depth in post-norm")
                .said(Citation.of("Xiong et al. (2020), Theorem 1"))
                .group("gradient")
                .about(Scope.NONE)
                .over("Xiong's configuration, d = 64, 32 tokens, uniform attention, ReLU, ε = 0; depth 2 to 64", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("reverse-mode gradients in float64 on ejml")
                .takes(6)
                .refutes(Fault.of("mutant-pre-norm-is-post-norm", "the placement pre computes post-norm", Placement.KIND, "pre",
                        Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS))));
    }

    /**
     * @param gradient norm of the gradient of the last block's second matrix
     * @param size     s of the stream after the last block
     */
    private record Top(double gradient, double size) {}

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        double[][] mean = new double[2][DEPTHS.length];
        double[] theory = new double[DEPTHS.length];
        for (int i = 0; i < DEPTHS.length; i++) {
            for (int seed = 0; seed < SEEDS; seed++) {
                Top pre = top(apparatus, "pre", (int) DEPTHS[i], seed);
                mean[0][i] += pre.gradient() / SEEDS;
                mean[1][i] += top(apparatus, "post", (int) DEPTHS[i], seed).gradient() / SEEDS;
                theory[i] += Math.sqrt(1.5 / pre.size()) / SEEDS;
            }
        }
        Figures figures = new Figures();
        figures.add(Figure.within("exponent of L, pre-norm", -0.48, Slope.ofLogs(DEPTHS, mean[0]), 0.2));
        figures.add(Figure.within("exponent of L, post-norm", 0.07, Slope.ofLogs(DEPTHS, mean[1]), 0.2));
        double[] predicted = new double[DEPTHS.length];
        for (int i = 0; i < DEPTHS.length; i++) {
            figures.add(Figure.near(Text.format("pre-norm over post-norm, L = %d", (int) DEPTHS[i]), theory[i], mean[0][i] / mean[1][i], 0.25));
            predicted[i] = mean[1][i] * theory[i];
        }
        double[] level = new double[DEPTHS.length];
        Arrays.fill(level, Arrays.stream(mean[1]).average().orElseThrow());
        return figures.finding("‖∂L/∂W_out of the last block‖: L^0 post-norm, L^(−1/2) pre-norm; ratio √(1.5/s_L)").drawn(
                Chart.of("gradient of the last network's second matrix", "depth L", "‖∂L/∂W_out‖").withLogX().withLogY().theory("post-norm's mean", DEPTHS, level)
                        .theory("post-norm · √(1.5/s_L)", DEPTHS, predicted).measured("post", DEPTHS, mean[1]).measured("pre", DEPTHS, mean[0]));
    }

    private static Top top(Apparatus apparatus, String placement, int layers, int seed) {
        RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, WIDTH).with(D_MLP, PerLayer.of(WIDTH)).with(N_CTX, TOKENS).with(D_VOCAB, VOCABULARY)
                .with(PLACEMENT, PerLayer.of(Choice.of(placement))).with(NORM_EPS, PerLayer.of(0.0)).with(ATTENTION, PerLayer.of(Choice.of("uniform")))
                .with(MASK, PerLayer.of(MaskKind.BIDIRECTIONAL)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
        HostArray direction = HostArray.of(Shape.of(Dim.of("batch", 1), Dim.of("pos", TOKENS), Dim.of("d_vocab", VOCABULARY)), DType.F64,
                Draws.normal(key.split("direction"), TOKENS * VOCABULARY, 1));
        String last = Text.format("blocks.%d.mlp.W_out", layers - 1);
        HostArray x0 = Draws.stream(key.split("x0"), TOKENS, WIDTH, DType.F64);
        try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, cell -> drawn(cell, key.split(cell.name())))) {
            double gradient = NetworkStack.norm(blocks.gradients(x0, (pass, x) -> pass.sumAll(pass.mul(blocks.model().unembed(pass, x), blocks.backend().upload(direction))),
                    List.of(last)).get(last));
            return new Top(gradient, Moments.of(blocks.run(x0).output()).s());
        }
    }

    private static double[] drawn(Cell cell, RandomKey key) {
        return cell.name().endsWith("attn.W_O") ? Draws.identity(WIDTH)
                : cell.name().startsWith("blocks.") ? Draws.normal(key, cell.shape().elements(), 1 / Math.sqrt(WIDTH))
                : cell.initializer().sample(cell.shape(), key);
    }
}
