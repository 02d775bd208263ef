package io.fluxo.experiments.verify.initial;

import static io.fluxo.model.ModelSpec.*;

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
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Slope;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * How fast attention alone makes tokens alike, by placement. Each block moves tokens towards their attention by η, so that depth is a time t = η·blocks; where the norm stands decides what a
 * token's motion is divided by. One block, run again and again on what it returned: no two blocks differ here.
 *
 * <p>LayerNorm Scaling is written in the paper as post-norm whose branch is divided by √(t + 1), on the sphere; it is measured so, by values that shrink from block to block. (The placement
 * {@code ln_scaling} is pre-norm with a branch divided by √l: its stream grows besides.)
 */
final class NormSpeed extends Claim {

    private static final int TOKENS = 16;
    /** As many as tokens, which are orthogonal at first. */
    private static final int WIDTH = TOKENS;
    private static final double STEP = 0.05;
    /** A step so small that the cosine after it is the speed. */
    private static final double FINE = 1e-3;
    private static final double[] AT = {0.5, 2, 5, 10};
    /** What a slope may be off. */
    private static final double SLOPE = 0.05;

    /**
     * One placement.
     *
     * @param branch  what attention's result is multiplied by at time t, besides η
     * @param cosines the tokens' mean cosine at {@link #AT}, as an independent program gives it
     * @param until   how long it is followed
     */
    private record Speed(String name, String placement, DoubleUnaryOperator branch, ClusterSpeed.Divisor divisor, double[] cosines, double until) {}

    private static final List<Speed> SPEEDS = List.of(
            new Speed("post", "post", _ -> 1, (_, _, _) -> 1, new double[] {.082, .700, .999, 1}, 12),
            new Speed("pre", "pre", _ -> 1, (_, size, _) -> size, new double[] {.078, .538, .921, .983}, 40),
            new Speed("sandwich", "sandwich", _ -> 1, (_, size, attended) -> size * attended, new double[] {.279, .789, .953, .987}, 40),
            new Speed("ngpt", "ngpt", _ -> 1, (_, _, attended) -> attended, new double[] {.339, .952, 1, 1}, 12),
            new Speed("LayerNorm Scaling", "post", t -> 1 / Math.sqrt(t + 1), (t, _, _) -> Math.sqrt(t + 1), new double[] {.072, .457, .936, .998}, 10));

    NormSpeed() {
        super(Statement.of("norm-speed", "The norm's place sets how fast attention clusters tokens: exponentially in post-norm and nGPT, like 1/t² in pre-norm and Peri-LN, which only starts faster")
                .said(Citation.of("Normalization in Attention Dynamics (2025), arXiv 2510.22026, Table 2"))
                .group("init")
                .about(Scope.NONE)
                .over("attention alone, W_Q W_Kᵀ = I, W_V W_O = ηI on tokens of length 1, 16 orthogonal tokens, no mask, η = .05, t = η·blocks", "computed, nothing is drawn")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "the differential equation of one cosine, on the host")
                .refutes(InitialFaults.POST_IS_PRE));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        Chart near = Chart.of("how alike tokens become", "t = η·blocks", "mean cosine");
        Chart far = Chart.of("how alike tokens become", "t = η·blocks", "1 − mean cosine").withLogX().withLogY();
        double[][] measured = new double[SPEEDS.size()][];
        for (int p = 0; p < SPEEDS.size(); p++) {
            Speed speed = SPEEDS.get(p);
            double[] cosines = cosines(apparatus, speed, STEP, blocks(speed.until));
            double[] theory = ClusterSpeed.cosines(speed.divisor, TOKENS, STEP, blocks(speed.until));
            measured[p] = cosines;
            for (int i = 0; i < AT.length; i++) {
                double cosine = cosines[blocks(AT[i]) - 1];
                figures.add(Figure.within(Text.format("%s: cosine at t = %s", speed.name, AT[i]), speed.cosines[i], cosine, 0.0006));
                figures.add(Figure.within(Text.format("%s: cosine at t = %s, differential equation", speed.name, AT[i]), theory[blocks(AT[i]) - 1], cosine, 0.021));
            }
            int drawn = blocks(10);
            near = near.theory(speed.name + ", equation", times(0, drawn), slice(theory, 0, drawn)).measured(speed.name, times(0, drawn), slice(cosines, 0, drawn));
            far = far.measured(speed.name, times(0, drawn), apart(slice(cosines, 0, drawn)));
        }
        figures.add(exponential("post", -2 * Math.log1p(STEP) / STEP, measured[0])).add(exponential("ngpt", 2 * Math.log1p(-STEP) / STEP, measured[3]));
        figures.add(power("pre", -2.08, measured[1])).add(power("sandwich", -1.98, measured[2]));
        double faster = cosines(apparatus, SPEEDS.get(2), FINE, 1)[0] / cosines(apparatus, SPEEDS.get(1), FINE, 1)[0];
        figures.add(Figure.within("sandwich over pre at first: 1/‖A‖", 1 / ClusterSpeed.attended(TOKENS, 0), faster, SLOPE));
        return figures.finding("θ̇ = PA/s: s = 1 post, r pre, r‖A‖ Peri-LN (sandwich), ‖A‖ nGPT, √(t + 1) LayerNorm Scaling").drawn(near, far);
    }

    /** ln(1 − cosine) falls in proportion to time: its slope from t = 4 to 12. */
    private static Figure exponential(String name, double theory, double[] cosines) {
        double[] left = Arrays.stream(apart(slice(cosines, blocks(4), blocks(12)))).map(Math::log).toArray();
        return Figure.within(name + ": slope of ln(1 − cosine) in t", theory, Slope.of(times(blocks(4), blocks(12)), left), SLOPE);
    }

    /** It falls in proportion to the logarithm of time: its slope from t = 20 to 40. */
    private static Figure power(String name, double theory, double[] cosines) {
        return Figure.within(name + ": slope of ln(1 − cosine) in ln t", theory, Slope.ofLogs(times(blocks(20), blocks(40)), apart(slice(cosines, blocks(20), blocks(40)))), SLOPE);
    }

    private static int blocks(double t) {
        return (int) Math.round(t / STEP);
    }

    /** The mean cosine of two tokens after each of {@code blocks} blocks. */
    private static double[] cosines(Apparatus apparatus, Speed speed, double step, int blocks) {
        double side = speed.placement.equals("ngpt") ? 1 : Math.sqrt(WIDTH);
        try (Blocks block = Blocks.of(spec(speed.placement), apparatus.catalog(), apparatus.reference(), DType.F64, RandomKey.of(apparatus.seed()))) {
            // scores are cosines, whatever the tokens' length; ngpt's α is η as it begins, and its branch and Peri-LN's are normalised
            double matching = Math.sqrt(Math.sqrt(WIDTH)) / side;
            block.set("blocks.0.attn.W_Q", _ -> identity(matching)).set("blocks.0.attn.W_K", _ -> identity(matching)).set("blocks.0.attn.W_O", _ -> identity(1));
            if (speed.placement.equals("sandwich")) {
                block.set("blocks.0.ln1_post.w", step);
            }
            HostArray x = Draws.stream(TOKENS, WIDTH, DType.F64, identity(side));
            double[] cosines = new double[blocks];
            for (int k = 0; k < blocks; k++) {
                double eta = step * speed.branch.applyAsDouble(k * step);
                block.set("blocks.0.attn.W_V", _ -> identity(eta));
                x = block.run(x).output();
                cosines[k] = meanCosine(x.toDoubles());
            }
            return cosines;
        }
    }

    /** One block of attention. What is 1 in a token of length 1 is √d on the sphere of rms_norm. */
    private static ModelSpec spec(String placement) {
        return ModelSpec.DEFAULT.with(N_LAYERS, 1).with(D_MODEL, WIDTH).with(N_HEADS, PerLayer.of(1)).with(D_HEAD, PerLayer.of(WIDTH)).with(N_CTX, TOKENS).with(FFN, PerLayer.of(false))
                .with(PLACEMENT, PerLayer.of(Choice.of(placement))).with(NORM, PerLayer.of(Choice.of("rms_norm"))).with(NORM_EPS, PerLayer.of(0.0)).with(NORM_AFFINE, PerLayer.of(true))
                .with(MASK, PerLayer.of(MaskKind.BIDIRECTIONAL)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
    }

    private static double[] identity(double factor) {
        double[] values = Draws.identity(WIDTH);
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return values;
    }

    private static double meanCosine(double[] x) {
        double[] sum = new double[WIDTH];
        for (int i = 0; i < TOKENS; i++) {
            double squares = 0;
            for (int c = 0; c < WIDTH; c++) {
                squares += x[i * WIDTH + c] * x[i * WIDTH + c];
            }
            for (int c = 0; c < WIDTH; c++) {
                sum[c] += x[i * WIDTH + c] / Math.sqrt(squares);
            }
        }
        double all = 0;
        for (double value : sum) {
            all += value * value;
        }
        return (all - TOKENS) / TOKENS / (TOKENS - 1);
    }

    /** After the blocks from {@code first} on, before {@code end}, counted from 0. */
    private static double[] times(int first, int end) {
        return IntStream.range(first, end).mapToDouble(k -> (k + 1) * STEP).toArray();
    }

    private static double[] slice(double[] values, int first, int end) {
        return Arrays.copyOfRange(values, first, end);
    }

    private static double[] apart(double[] cosines) {
        return Arrays.stream(cosines).map(cosine -> 1 - cosine).toArray();
    }
}
