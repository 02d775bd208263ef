package example.figure;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.NoNormBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.Residual;
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
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A claim about no block: it builds the model it speaks of, measures a number in each layer, and holds each against theory. */
final class MeanDoubles extends Claim {

    private static final int LAYERS = 10;
    private static final int WIDTH = 16;
    private static final int TOKENS = 8;
    private static final int SEEDS = 5;
    private static final double TOLERANCE = 1e-10;

    MeanDoubles() {
        super(Statement.of("example-doubling", "Uniform attention that hands values on as they are doubles the mean of the tokens in each block")
                .said(Citation.of("derived: x_i + mean(x) has twice the mean of x"))
                .group("example")
                .about(Scope.NONE)
                .over("10 blocks of uniform attention, W_V = W_O = I, no norm, no network", "mean of 5 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(Fault.of("mutant-example-no-residual", "blocks have no residual connection", Placement.KIND, "none",
                        Placement.of(parts -> new NoNormBlock(withoutResidual(parts)), false, NoNormBlock.TRAITS))));
    }

    private static Placement.Parts withoutResidual(Placement.Parts parts) {
        return new Placement.Parts(parts.path(), parts.depth(), parts.attention(), parts.mlp(), parts.norm(), Residual.NONE);
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, LAYERS).with(D_MODEL, WIDTH).with(N_CTX, TOKENS).with(PLACEMENT, "none").with(ATTENTION, "uniform")
                .with(MASK, MaskKind.BIDIRECTIONAL).with(FFN, false).with(BIAS, false).with(POSITIONS, "none");
        double[] layers = IntStream.rangeClosed(1, LAYERS).asDoubleStream().toArray();
        double[] theory = IntStream.rangeClosed(1, LAYERS).mapToDouble(layer -> Math.pow(2, layer)).toArray();
        List<double[]> bySeed = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
            HostArray x0 = Draws.stream(key, TOKENS, WIDTH, DType.F64);
            try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, key)) {       // the catalogue may hold a fault
                blocks.set("blocks.*.attn.W_*", _ -> Draws.identity(WIDTH));
                bySeed.add(blocks.run(x0, "blocks.*.hook_resid_post").hooks().values().stream().mapToDouble(x -> meanLength(x) / meanLength(x0)).toArray());
            }
        }
        Figures figures = new Figures();
        for (int layer = 0; layer < LAYERS; layer++) {
            int at = layer;
            figures.add(Figure.near(Text.format("growth after block %d", layer + 1), theory[layer], bySeed.stream().mapToDouble(seed -> seed[at]).average().orElseThrow(), TOLERANCE));
        }
        return figures.finding("‖mean(x_l)‖ = 2^l ‖mean(x_0)‖")
                .drawn(Chart.of("length of the tokens' mean", "block", "growth").withLogY().theory("2^l", layers, theory).measured("none", layers, bySeed));
    }

    /** ‖mean over tokens‖ of one sequence. */
    private static double meanLength(HostArray x) {
        double[] values = x.toDoubles();
        return Math.sqrt(IntStream.range(0, WIDTH).mapToDouble(c -> Math.pow(IntStream.range(0, TOKENS).mapToDouble(i -> values[i * WIDTH + c]).average().orElseThrow(), 2)).sum());
    }
}
