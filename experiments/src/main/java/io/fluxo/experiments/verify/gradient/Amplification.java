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
import io.fluxo.experiments.verify.measure.Rows;
import io.fluxo.experiments.verify.measure.Slope;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How much a model's output changes when every weight changes by a small share of itself. One deep stack shows it for all depths: its first N blocks with a norm behind them are the model of depth N.
 *
 * <p>A network changes by δ² (its two matrices ½ each), and what has already changed passes through it with half its size; {@link AmplificationLaw} adds that up. Relative to one block, which changes by
 * 2δ²/3, post-norm comes to 64 after 64 blocks and pre-norm to 9.8. All tokens pass through the same weights, so that single seeds scatter by half of the change at depth 64.
 *
 * <p>With attention, tokens become alike, and what changes is then common to all: the exponent of whole blocks is 1.13 up to N = 32.
 */
final class Amplification extends Claim {

    private static final int TOKENS = 64;
    private static final double NOISE = 0.02;
    private static final double[] DEPTHS = {1, 2, 4, 8, 16, 32, 64};

    /**
     * What is measured.
     *
     * @param attention whole blocks; else networks alone
     * @param width     of the stream and of hidden layers; whole blocks scatter more, and less where they are wide
     */
    private record Stack(boolean attention, int width, int seeds, double[] depths) {}

    private static final Stack NETWORKS = new Stack(false, 64, 12, DEPTHS);
    private static final Stack WHOLE = new Stack(true, 128, 16, Arrays.copyOf(DEPTHS, DEPTHS.length - 1));

    Amplification() {
        super(Statement.of("amplification", "At initialisation a small relative change of all weights changes the output in proportion to the number of blocks in post-norm, and to its logarithm in pre-norm")
                .said(Citation.of("Liu et al. (2020), Understanding the Difficulty of Training Transformers, Theorem 2"))
                .group("gradient")
                .about(Scope.NONE)
                .over("Xiong's configuration, 64 tokens, ε = 0, δ = .02; networks alone with d = 64 to N = 64, whole blocks with d = 128 to N = 32", "mean of 12 seeds; of whole blocks 16")
                .expected(Verdict.HOLDS)
                .by("float32 on simd", "recursion on the host")
                .takes(3)
                .refutes(Fault.of("mutant-pre-norm-is-post-norm", "the placement pre computes post-norm", Placement.KIND, "pre",
                        Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        List<double[]> post = changes(apparatus, "post", NETWORKS);
        List<double[]> pre = changes(apparatus, "pre", NETWORKS);
        List<double[]> whole = changes(apparatus, "post", WHOLE);
        double[] postLaw = AmplificationLaw.of(true, false, TOKENS, DEPTHS);
        double[] preLaw = AmplificationLaw.of(false, false, TOKENS, DEPTHS);
        double[] wholeLaw = AmplificationLaw.of(true, true, TOKENS, WHOLE.depths);
        // an exponent that is off by .1 makes the change at depth 64 differ by so much
        double factor = Math.pow(64, 0.1);
        return new Figures()
                .add(Figure.within("exponent of N, post-norm", 0.99, Slope.ofLogs(DEPTHS, mean(post)), 0.1))
                .add(Figure.within("exponent of N, pre-norm", Slope.ofLogs(DEPTHS, preLaw), Slope.ofLogs(DEPTHS, mean(pre)), 0.1))
                .add(Figure.within("exponent of N, whole blocks of post-norm, N ≤ 32", Slope.ofLogs(WHOLE.depths, wholeLaw), Slope.ofLogs(WHOLE.depths, mean(whole)), 0.1))
                .add(Figure.factor("change at N = 64 over N = 1, post-norm", last(postLaw) / postLaw[0], last(mean(post)) / mean(post)[0], factor))
                .add(Figure.factor("change at N = 64 over N = 1, pre-norm", last(preLaw) / preLaw[0], last(mean(pre)) / mean(pre)[0], factor))
                .finding("change/δ²: 2N/3 post-norm, Σ_(l ≤ N) 2/(l + 2) pre-norm")
                .drawn(Chart.of("change of the output", "depth N", "change/δ²").withLogX().withLogY().theory("2N/3", DEPTHS, postLaw).theory("Σ 2/(l + 2)", DEPTHS, preLaw)
                        .theory("whole blocks, recursion", WHOLE.depths, wholeLaw).measured("post", DEPTHS, post).measured("pre", DEPTHS, pre).measured("post, whole blocks", WHOLE.depths, whole));
    }

    private static double last(double[] values) {
        return values[values.length - 1];
    }

    private static double[] mean(List<double[]> bySeed) {
        return IntStream.range(0, bySeed.getFirst().length).mapToDouble(i -> bySeed.stream().mapToDouble(seed -> seed[i]).average().orElseThrow()).toArray();
    }

    /** For each seed the mean squared change of a feature of the normalised output over δ², at each depth. */
    private static List<double[]> changes(Apparatus apparatus, String placement, Stack stack) {
        int layers = (int) last(stack.depths);
        int width = stack.width;
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, width).with(D_MLP, PerLayer.of(width)).with(N_CTX, TOKENS)
                .with(PLACEMENT, PerLayer.of(Choice.of(placement))).with(NORM_EPS, PerLayer.of(0.0)).with(ATTENTION, PerLayer.of(Choice.of(stack.attention ? "uniform" : "none")))
                .with(MASK, PerLayer.of(MaskKind.BIDIRECTIONAL)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
        List<double[]> bySeed = new ArrayList<>();
        for (int seed = 0; seed < stack.seeds; seed++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
            HostArray x0 = Draws.stream(TOKENS, width, Apparatus.QUICK.dtype(), Rows.normed(Draws.normal(key.split("x0"), TOKENS * width, 1), width));
            try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.backend(Apparatus.QUICK), Apparatus.QUICK.dtype(), cell -> drawn(cell, width, key))) {
                Blocks.Run before = blocks.run(x0, "blocks.*.hook_resid_post");
                blocks.set("blocks.*.W_*", cell -> changed(cell, blocks.value(cell.name()).toDoubles(), key.split("change").split(cell.name())));
                Blocks.Run after = blocks.run(x0, "blocks.*.hook_resid_post");
                bySeed.add(Arrays.stream(stack.depths).map(depth -> {
                    String point = Text.format("blocks.%d.hook_resid_post", (int) depth - 1);
                    return distance(Rows.normed(before.at(point).toDoubles(), width), Rows.normed(after.at(point).toDoubles(), width)) / NOISE / NOISE;
                }).toArray());
            }
        }
        return bySeed;
    }

    private static double[] drawn(Cell cell, int width, RandomKey key) {
        return cell.name().endsWith(".W_O") ? Draws.identity(width)
                : cell.name().contains(".W_") ? Draws.normal(key.split(cell.name()), cell.shape().elements(), 1 / Math.sqrt(width))
                : cell.initializer().sample(cell.shape(), key.split(cell.name()));
    }

    /** Every weight times 1 + δ·N(0, 1). Uniform attention has no W_O in Xiong's configuration: the identity in its place stays. */
    private static double[] changed(Cell cell, double[] weights, RandomKey key) {
        if (cell.name().endsWith(".W_O")) {
            return weights;
        }
        double[] noise = Draws.normal(key, weights.length, NOISE);
        return IntStream.range(0, weights.length).mapToDouble(i -> weights[i] * (1 + noise[i])).toArray();
    }

    private static double distance(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> (a[i] - b[i]) * (a[i] - b[i])).average().orElseThrow();
    }
}
