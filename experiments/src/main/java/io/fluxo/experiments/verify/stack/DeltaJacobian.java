package io.fluxo.experiments.verify.stack;

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
import io.fluxo.experiments.verify.algebra.Dense;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.random.RandomKey;

/** I − βkkᵀ is how a delta rule acts on what it is given, not how its result depends on it: k, β and v depend on x too. */
final class DeltaJacobian extends Claim {

    private static final int SEEDS = 50;
    private static final int WIDTH = 8;
    /** Allowed of the two means, which scatter by 9 and 6 % of themselves from fifty seeds to the next fifty. */
    private static final double SHARE = 0.2;

    DeltaJacobian() {
        super(Statement.of("delta-spectrum-jacobian", "The Jacobian of a Deep Delta layer is I − βkkᵀ, so that its singular values are at most 1")
                .said(Citation.of("Deep Delta Learning (2026), arXiv 2601.00417, Theorem 1 read as the layer's Jacobian"))
                .group("algebra")
                .about(Scope.NONE)
                .over("one sub-layer on one token, d = 8, every weight N(0, 1/d), ε = 0", "50 seeds")
                .expected(Verdict.REFUTED)
                .by("float64 on ejml", "Jacobian by autodiff")
                .refutes(DeltaLayer.doublesK().seenAs(Verdict.SKIPPED)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        double frozen = 0;
        double length = 0;
        double distance = 0;
        double top = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            try (DeltaLayer layer = new DeltaLayer(apparatus, WIDTH, RandomKey.of(apparatus.seed()).split(id()).split(seed), 1)) {
                DeltaLayer.Parts parts = layer.parts();
                double[][] a = parts.matrix();
                double[][] jacobian = layer.jacobian();
                frozen = Math.max(frozen, Largest.difference(Dense.flat(a), Dense.flat(layer.jacobian(parts))));
                length = Math.max(length, Dense.norm(parts.k()));
                distance += Dense.norm(Dense.flat(Dense.sum(jacobian, Dense.scaled(a, -1)))) / Dense.norm(Dense.flat(a)) / SEEDS;
                top += Dense.spectralNorm(jacobian) / SEEDS;
            }
        }
        Figures evidence = new Figures().add(Figure.atMost("‖k‖", 1, length)).add(Figure.atMost("with k, β and v held fixed: largest |∂x′/∂x − A|", Small.TOLERANCE, frozen))
                .add(Figure.near("mean of ‖∂x′/∂x − A‖/‖A‖", 1, distance, SHARE)).add(Figure.near("mean top singular value of ∂x′/∂x", 2.4, top, SHARE));
        return new Figures().add(Figure.atMost("mean of ‖∂x′/∂x − A‖/‖A‖, for a Jacobian that is A", Small.TOLERANCE, distance))
                .add(Figure.atMost("mean top singular value, for a Jacobian that is A", 1 + Small.TOLERANCE, top))
                .finding("∂x′/∂x = A = I − βkkᵀ, ‖∂x′/∂x‖₂ ≤ 1", evidence).within(Small.TOLERANCE);
    }
}
