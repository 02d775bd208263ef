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
import java.util.stream.IntStream;

/** Without the norm a key inside the hull of the others is picked by no query. */
final class KeysWithoutNorm extends Claim {

    private static final int QUERIES = 20_000;
    private static final int SEEDS = 10;
    private static final double TOLERANCE = 0.05;
    private static final String THEORY = "never picked: .36 of 32 keys at d = 4, .15 of 64 keys at d = 8";

    KeysWithoutNorm() {
        super(Statement.of("key-selectability-without", "Without layer norm a good part of random keys is never attended to most, whatever the query")
                .said(Citation.of("Brody, Alon and Yahav (2023), section 4"))
                .group("algebra")
                .about(Scope.NONE)
                .over("keys N(0, I): 32 at d = 4, 64 at d = 8; 20 000 random queries", "mean of 10 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "products on the host")
                .refutes(Faults.HIDDEN_NORM));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return new Figures().add(Figure.within("share never picked, d = 4, 32 keys", 0.36, mean(apparatus, 4, 32), TOLERANCE))
                .add(Figure.within("share never picked, d = 8, 64 keys", 0.15, mean(apparatus, 8, 64), TOLERANCE)).finding(THEORY).within(TOLERANCE);
    }

    private static double mean(Apparatus apparatus, int d, int keys) {
        try (LayerAlone norm = LayerAlone.norm(apparatus, "none", d)) {
            return IntStream.range(0, SEEDS).mapToObj(seed -> RandomKey.of(apparatus.seed()).split("keys").split(d).split(seed))
                    .mapToDouble(key -> neverPicked(Dense.of(norm.run(keys, Draws.normal(key.split("keys"), keys * d, 1)), d), key.split("queries"))).average().orElseThrow();
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
