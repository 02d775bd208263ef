package io.fluxo.experiments.verify.mixing;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.Dense;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.random.RandomKey;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Doubly stochastic mixing over sixty layers. The layer makes its matrices from logits; in half of the cases these are the logarithms of mixed permutations, which 20 steps of Sinkhorn and Knopp leave
 * as they are, in the others small random numbers, for which 20 steps are as good as exact. Numbers of common size are another matter: {@link SinkhornSides}.
 */
final class ManifoldNorm extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final int LAYERS = 60;
    private static final int MORE = 5;
    private static final int PERMUTATIONS = 6;
    private static final double SMALL = 0.2;
    /** In the place of entries that are 0. */
    private static final double NOTHING = 1e-300;

    ManifoldNorm() {
        super(Statement.of("mhc-norm", "Doubly stochastic mixing never makes streams grow, and keeps their mean, over any number of layers")
                .said(Citation.of("Xie et al. (2025), mHC, arXiv 2512.24880"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 8 streams, 60 layers that only mix; H_res from permutations, or by Sinkhorn from logits N(0, 0.2²)", "for all doubly stochastic matrices, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(SinkhornDraws.stopsAfterOneStep()));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        RandomKey key = RandomKey.of(apparatus.seed()).split(id());
        int half = (apparatus.trials() + 6) / 7;
        for (int n = 2; n <= 8; n++) {
            int streams = n;
            RandomKey here = key.split(n);
            double[] more = Draws.normal(here.split("x"), 2 * half * n * MORE, 1);
            MixingStack.Run run = MixingStack.manifold(apparatus, n, LAYERS, 2 * half, (layer, number) -> {
                RandomKey own = here.split(layer).split(number);
                return number < half ? ofPermutations(own, streams) : Draws.normal(own, streams * streams, SMALL);
            }, more, "blocks.*.hook_streams_post", "blocks.*.hyper2.hook_res");
            for (int number = 0; number < 2 * half; number++) {
                look(worst, run, number, Dense.of(Arrays.copyOfRange(more, number * n * MORE, (number + 1) * n * MORE), MORE));
            }
        }
        return worst.figures(TOLERANCE).finding("Σ_i H_ij = Σ_j H_ij = 1, H ≥ 0 ⇒ ‖ΠH‖₂ = 1, the mean of the streams is kept, ‖H x‖ ≤ ‖x‖").within(TOLERANCE);
    }

    private static void look(Worst worst, MixingStack.Run run, int number, double[][] x) {
        double[] ones = Draws.constant(run.streams(), 1);
        double[] mean = Dense.rowSums(Dense.transposed(x));
        double before = Dense.norm(Dense.flat(x));
        for (int layer = 0; layer < LAYERS; layer++) {
            double[][] h = run.matrix(layer, number);
            worst.note("row sums of H = 1", ones, Dense.rowSums(h));
            worst.note("column sums of H = 1", ones, Dense.rowSums(Dense.transposed(h)));
            double[][] streams = Dense.columns(run.after(layer, number), run.streams(), MORE);
            double size = Dense.norm(Dense.flat(streams));
            worst.note("growth of ‖x‖ in a layer", Math.max(0, size - before));
            worst.note("sum of the streams is kept", mean, Dense.rowSums(Dense.transposed(streams)));
            before = size;
        }
        double[][] product = run.product(LAYERS - 1, number);
        worst.note("row sums of ΠH = 1", ones, Dense.rowSums(product));
        worst.note("column sums of ΠH = 1", ones, Dense.rowSums(Dense.transposed(product)));
        worst.note("negative part of ΠH", Math.max(0, -Arrays.stream(Dense.flat(product)).min().orElseThrow()));
        worst.note("‖ΠH‖₂ = 1", Math.abs(Dense.spectralNorm(product) - 1));
    }

    /** Logarithms of a mixture of permutations, which is doubly stochastic; row-major. */
    private static double[] ofPermutations(RandomKey key, int n) {
        double[] weights = Arrays.stream(Draws.normal(key.split("weights"), PERMUTATIONS, 2)).map(Math::exp).toArray();
        double sum = Arrays.stream(weights).sum();
        double[] mixed = new double[n * n];
        for (int k = 0; k < PERMUTATIONS; k++) {
            int[] to = permutation(key.split(k), n);
            for (int i = 0; i < n; i++) {
                mixed[i * n + to[i]] += weights[k] / sum;
            }
        }
        return Arrays.stream(mixed).map(entry -> Math.log(Math.max(entry, NOTHING))).toArray();
    }

    private static int[] permutation(RandomKey key, int n) {
        return IntStream.range(0, n).boxed().sorted(Comparator.comparingDouble((Integer i) -> key.uniform(i))).mapToInt(Integer::intValue).toArray();
    }
}
