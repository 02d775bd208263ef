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

/** The same said of RMS norm: it forgets how long a token is, and not where it lies. */
final class RmsNormShift extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "RMSNorm(ax + b1) = RMSNorm(x)";

    RmsNormShift() {
        super(Statement.of("ln-invariance-rms", "RMS norm, like layer norm, returns the same for ax + b1 as for x")
                .said(Citation.of("Zhang and Sennrich (2019), which gives up invariance to shifts"))
                .group("algebra")
                .about(Scope.NONE)
                .over("d = 2 … 12, a = 0.01 … 100, |b|/(aσ) = 1 … 10⁴, ε = 0", "for all inputs, on random ones")
                .expected(Verdict.REFUTED)
                .by("float64 on ejml")
                .refutes(Faults.RMS_CENTRES.seenAs(Verdict.HOLDS), Faults.RMS_SCALE.seenAs(Verdict.SKIPPED)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation length = new Deviation();
        Deviation scaled = new Deviation();
        Deviation shifted = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 1000)) {
            Moved drawn = Moved.of(trial, 2, 4);
            try (LayerAlone norm = LayerAlone.norm(apparatus, "rms_norm", drawn.x().length)) {
                double[] y = norm.run(1, drawn.x());
                length.see(Math.pow(Dense.norm(y), 2) - y.length);
                scaled.see(Largest.difference(norm.run(1, drawn.scaled()), y));
                shifted.see(Largest.difference(norm.run(1, drawn.both()), y));
            }
        }
        Figures evidence = new Figures().add(Figure.within("largest |‖RMSNorm(x)‖² − d|", 0, length.value(), TOLERANCE))
                .add(Figure.within("largest |RMSNorm(ax) − RMSNorm(x)|", 0, scaled.value(), TOLERANCE));
        return new Figures().add(Figure.within("largest |RMSNorm(ax + b1) − RMSNorm(x)|", 0, shifted.value(), TOLERANCE)).finding(THEORY, evidence).within(TOLERANCE);
    }
}
