package io.fluxo.experiments.verify.sphere;

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
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How far nGPT's stream turns at initialisation, step by step and in all. */
final class SphereAngle extends Claim {

    private static final int WIDTH = 128;
    private static final int TOKENS = 64;
    /** What happens in the first 12 does not depend on how many follow. */
    private static final int LAYERS = 24;
    private static final int SEEDS = 6;
    private static final double STEP = 0.95 / Math.sqrt(0.95 * 0.95 + 0.05 * 0.05);

    SphereAngle() {
        super(Statement.of("ngpt-angle", "At initialisation each step of nGPT turns the stream by the angle that α = .05 fixes for a direction without relation to it, and the turns of 2L steps multiply")
                .said(Citation.of("derived from Loshchilov et al. (2024), nGPT, section 2"))
                .group("init")
                .about(Scope.NONE)
                .over("d = 128, 64 tokens, one head, causal softmax with W_O, ReLU network of width d, weights N(0, 1/d), 12 and 24 blocks", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(SphereFaults.ALPHA_DOUBLED));
    }

    /** Cosines: of one step, over all; and with x_0 after each block. */
    private record Turned(double step, double[] fromStart) {}

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        List<Turned> seeds = IntStream.range(0, SEEDS).mapToObj(seed -> turned(apparatus, RandomKey.of(apparatus.seed()).split(seed))).toList();
        Figures figures = new Figures().add(Figure.within("cos per step", STEP, seeds.stream().mapToDouble(Turned::step).average().orElseThrow(), 5e-5));
        for (int layers : new int[] {LAYERS / 2, LAYERS}) {
            figures.add(Figure.within(Text.format("cos(h_0, h_L), L = %d", layers), overall(layers), seeds.stream().mapToDouble(seed -> seed.fromStart[layers - 1]).average().orElseThrow(), 0.005));
        }
        double[] at = IntStream.rangeClosed(1, LAYERS).asDoubleStream().toArray();
        return figures.finding("cos per step .95/√(.95² + .05²) = .99862, cos(h_0, h_L) its 2L-th power")
                .drawn(Chart.of("how far the stream has turned", "block", "cos(h_0, h_l)").theory("uncorrelated directions", at, IntStream.rangeClosed(1, LAYERS).mapToDouble(SphereAngle::overall).toArray())
                        .measured("ngpt", at, seeds.stream().map(Turned::fromStart).toList()));
    }

    /** After {@code layers} blocks of two steps. */
    private static double overall(int layers) {
        return Math.pow(STEP, 2 * layers);
    }

    private static Turned turned(Apparatus apparatus, RandomKey key) {
        SphereModel model = new SphereModel(TOKENS, WIDTH, 1, WIDTH, WIDTH, LAYERS);
        try (Blocks blocks = model.blocks(apparatus, model.spec(), key)) {
            Blocks.Run run = blocks.run(model.x0(key), "blocks.*.hook_resid_*");
            List<Double> steps = new ArrayList<>();
            double[] fromStart = new double[LAYERS];
            List<Token> start = Token.of(run.at("blocks.0.hook_resid_pre"));
            List<Token> before = start;
            for (int l = 0; l < LAYERS; l++) {
                List<Token> middle = Token.of(run.at(Text.format("blocks.%d.hook_resid_mid", l)));
                List<Token> after = Token.of(run.at(Text.format("blocks.%d.hook_resid_post", l)));
                steps.add(cosine(before, middle));
                steps.add(cosine(middle, after));
                fromStart[l] = cosine(start, after);
                before = after;
            }
            return new Turned(steps.stream().mapToDouble(Double::doubleValue).average().orElseThrow(), fromStart);
        }
    }

    /** The mean over tokens. */
    private static double cosine(List<Token> a, List<Token> b) {
        return IntStream.range(0, a.size()).mapToDouble(i -> a.get(i).cosine(b.get(i))).average().orElseThrow();
    }
}
