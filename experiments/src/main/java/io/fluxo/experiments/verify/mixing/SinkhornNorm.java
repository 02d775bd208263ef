package io.fluxo.experiments.verify.mixing;

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
import io.fluxo.experiments.verify.measure.Largest;

/** Matrices that twenty steps made are not doubly stochastic, and in layers that are alike what is missing adds up. */
final class SinkhornNorm extends Claim {

    private static final double TOLERANCE = 1e-10;

    SinkhornNorm() {
        super(Statement.of("mhc-sinkhorn-norm", "Mixing by twenty Sinkhorn steps never makes streams grow: ‖ΠH‖₂ ≤ 1")
                .said(Citation.of("Xie et al. (2025), mHC, arXiv 2512.24880, of the matrices of equation 9"))
                .group("init")
                .about(Scope.NONE)
                .over("4 streams, 30 similar layers that only mix: logits N(0, 4²) that all share and N(0, 0.3²) of their own", "largest of 100 stacks")
                .expected(Verdict.REFUTED)
                .by("float64 on ejml")
                .refutes(SinkhornDraws.stopsAfterOneStep().seenAs(Verdict.SKIPPED)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        SinkhornDraws.Similar similar = SinkhornDraws.similar(apparatus);
        double largest = Largest.of(similar.norm());
        Figures evidence = SinkhornDraws.columns(new Figures(), similar).add(Figure.within("30 similar layers: largest ‖ΠH‖₂", 1.12, largest, 0.1));
        return new Figures().add(Figure.atMost("largest ‖ΠH‖₂", 1 + TOLERANCE, largest)).finding("‖ΠH‖₂ ≤ 1", evidence).within(TOLERANCE);
    }
}
