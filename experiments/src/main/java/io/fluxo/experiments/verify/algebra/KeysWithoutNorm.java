package io.fluxo.experiments.verify.algebra;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Without the norm a key inside the hull of the others is picked by no query. How many that are differs from one set of keys to the next, with a standard deviation of
 * .065 at d = 4 and .04 at d = 8. The claimed .36 and .15 are what one set shows: over many sets the means are .33 and .125, in an independent program too. So the
 * claim is held against the spread of single sets and not against the error of the mean.
 */
final class KeysWithoutNorm extends Claim {

    private static final int QUERIES = 20_000;
    private static final int SEEDS = 20;
    private static final String THEORY = "never picked: .36 of 32 keys at d = 4, .15 of 64 keys at d = 8";

    KeysWithoutNorm() {
        super(Statement.of("key-selectability-without", "Without layer norm a good part of random keys is never attended to most, whatever the query")
                .said(Citation.of("Brody, Alon and Yahav (2023)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("keys N(0, I): 32 at d = 4, 64 at d = 8; 20 000 random queries", "mean of 20 seeds, beside twice the standard deviation of one")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "products on the host")
                .refutes(Faults.HIDDEN_NORM));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return new Figures().add(figure(apparatus, 4, 32, 0.36)).add(figure(apparatus, 8, 64, 0.15)).finding(THEORY);
    }

    private static Figure figure(Apparatus apparatus, int d, int keys, double claimed) {
        try (LayerAlone norm = LayerAlone.norm(apparatus, "none", d)) {
            double[] shares = IntStream.range(0, SEEDS).mapToObj(seed -> RandomKey.of(apparatus.seed()).split("keys").split(d).split(seed))
                    .mapToDouble(key -> neverPicked(Dense.of(norm.run(keys, Draws.normal(key.split("keys"), keys * d, 1)), d), key.split("queries"))).toArray();
            double mean = Arrays.stream(shares).average().orElseThrow();
            double deviation = Math.sqrt(Arrays.stream(shares).map(share -> (share - mean) * (share - mean)).sum() / (SEEDS - 1));
            return Figure.within(Text.format("share never picked, d = %d, %d keys", d, keys), claimed, mean, 2 * deviation);
        }
    }

    private static double neverPicked(double[][] keys, RandomKey random) {
        int d = keys[0].length;
        boolean[] picked = new boolean[keys.length];
        double[] queries = Draws.normal(random, QUERIES * d, 1);
        for (int q = 0; q < QUERIES; q++) {
            int best = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < keys.length; j++) {
                double product = 0;
                for (int c = 0; c < d; c++) {
                    product += queries[q * d + c] * keys[j][c];
                }
                if (product > most) {
                    most = product;
                    best = j;
                }
            }
            picked[best] = true;
        }
        return IntStream.range(0, keys.length).filter(j -> !picked[j]).count() / (double) keys.length;
    }
}
