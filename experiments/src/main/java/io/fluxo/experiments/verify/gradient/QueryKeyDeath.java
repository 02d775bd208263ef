package io.fluxo.experiments.verify.gradient;

import static io.fluxo.model.ModelSpec.*;

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
import io.fluxo.experiments.verify.measure.Slope;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Gradients of one attention sub-layer whose tokens share all but 1 − ρ of their size. The scores' gradient meets differences of values and differences of
 * keys, each of size √(1 − ρ): so W_Q and W_K get (1 − ρ), while W_V gets what the tokens have in common.
 */
final class QueryKeyDeath extends Claim {

    private static final int WIDTH = 64;
    private static final int TOKENS = 32;
    private static final int SEEDS = 6;
    private static final double[] APART = {1e-2, 1e-3, 1e-4, 1e-5, 1e-6};

    QueryKeyDeath() {
        super(Statement.of("qk-gradient-death", "As tokens become alike, the gradients of W_Q and W_K vanish and that of W_V does not")
                .said(Citation.of("Noci et al. (2022), Signal Propagation in Transformers"))
                .group("gradient")
                .about(Scope.NONE)
                .over("one pre-norm attention sub-layer, d = 64, 32 tokens, ε = 0; 1 − ρ from 10⁻² to 10⁻⁶", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("reverse-mode gradients in float64 on ejml")
                .refutes(Fault.of("mutant-norm-takes-tokens-apart", "layer_norm takes away what the tokens have in common", NormFactory.KIND, "layer_norm",
                        NormFactory.withoutEps((path, _, _, _) -> new TokensNormalised(path)))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        Chart chart = Chart.of("gradients of one attention sub-layer", "1 − ρ", "‖∂L/∂W‖").withLogX().withLogY();
        List<double[][]> bySeed = IntStream.range(0, SEEDS).mapToObj(seed -> norms(apparatus, seed)).toList();
        String[] names = {"W_Q", "W_K", "W_V"};
        for (int which = 0; which < names.length; which++) {
            int cell = which;
            List<double[]> norms = bySeed.stream().map(seed -> seed[cell]).toList();
            double slope = norms.stream().mapToDouble(seed -> Slope.ofLogs(APART, seed)).average().orElseThrow();
            figures.add(Figure.within("exponent of 1 − ρ in the gradient of " + names[cell], cell == 2 ? 0 : 1, slope, 0.02));
            chart = chart.measured(names[cell], APART, norms);
        }
        return figures.finding("‖∂L/∂W_Q‖, ‖∂L/∂W_K‖ ∝ 1 − ρ; ‖∂L/∂W_V‖ constant").drawn(chart);
    }

    /** Norms of the gradients of W_Q, W_K and W_V at each of {@link #APART}. */
    private static double[][] norms(Apparatus apparatus, int seed) {
        RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 1).with(D_MODEL, WIDTH).with(N_CTX, TOKENS).with(NORM_EPS, PerLayer.of(0.0)).with(FFN, PerLayer.of(false))
                .with(MASK, PerLayer.of(MaskKind.BIDIRECTIONAL)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
        HostArray direction = Draws.stream(key.split("direction"), TOKENS, WIDTH, DType.F64);
        double[] common = Draws.normal(key.split("common"), WIDTH, 1);
        double[] own = Draws.normal(key.split("own"), TOKENS * WIDTH, 1);
        double[][] norms = new double[3][APART.length];
        try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, key)) {
            for (int i = 0; i < APART.length; i++) {
                double[] x = new double[TOKENS * WIDTH];
                for (int c = 0; c < x.length; c++) {
                    x[c] = Math.sqrt(1 - APART[i]) * common[c % WIDTH] + Math.sqrt(APART[i]) * own[c];
                }
                Map<String, HostArray> gradients = blocks.gradients(Draws.stream(TOKENS, WIDTH, DType.F64, x),
                        (pass, last) -> pass.sumAll(pass.mul(last, blocks.backend().upload(direction))),
                        List.of("blocks.0.attn.W_Q", "blocks.0.attn.W_K", "blocks.0.attn.W_V"));
                norms[0][i] = NetworkStack.norm(gradients.get("blocks.0.attn.W_Q"));
                norms[1][i] = NetworkStack.norm(gradients.get("blocks.0.attn.W_K"));
                norms[2][i] = NetworkStack.norm(gradients.get("blocks.0.attn.W_V"));
            }
        }
        return norms;
    }
}
