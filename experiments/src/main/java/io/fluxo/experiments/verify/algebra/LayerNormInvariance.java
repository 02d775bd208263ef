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
import io.fluxo.experiments.verify.measure.Largest;
import java.util.Arrays;

/** Layer norm forgets where a token lies and how long it is. */
final class LayerNormInvariance extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "‖LN(x)‖² = d, Σ LN(x) = 0, LN(ax + b1) = LN(x)";

    LayerNormInvariance() {
        super(Statement.of("ln-invariance", "Layer norm returns tokens of length √d and mean 0, and returns the same for ax + b1 as for x")
                .said(Citation.of("Ba, Kiros and Hinton (2016), section 5.1"))
                .group("algebra")
                .about(Scope.NONE)
                .over("d = 2 … 12, a = 0.01 … 100, |b|/(aσ) ≤ 10⁴, ε = 0", "for all inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(Faults.FORGETS_MEAN, Faults.NO_NORM));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation length = new Deviation();
        Deviation sum = new Deviation();
        Deviation moved = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 1000)) {
            Moved drawn = Moved.of(trial, 2, 4);
            try (LayerAlone norm = LayerAlone.norm(apparatus, "layer_norm", drawn.x().length)) {
                double[] y = norm.run(1, drawn.x());
                length.see(Math.pow(Dense.norm(y), 2) - y.length);
                sum.see(Arrays.stream(y).sum());
                moved.see(Largest.difference(norm.run(1, drawn.both()), y));
            }
        }
        return new Figures().add(Figure.within("largest |‖LN(x)‖² − d|", 0, length.value(), TOLERANCE)).add(Figure.within("largest |Σ LN(x)|", 0, sum.value(), TOLERANCE))
                .add(Figure.within("largest |LN(ax + b1) − LN(x)|", 0, moved.value(), TOLERANCE)).finding(THEORY).within(TOLERANCE);
    }
}
