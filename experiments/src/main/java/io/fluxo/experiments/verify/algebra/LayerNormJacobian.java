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
import java.util.Arrays;

/** What layer norm does to a small change of a token: it takes off what lies along 1 and along ŷ, and divides the rest by σ. */
final class LayerNormJacobian extends Claim {

    private static final double TOLERANCE = 1e-9;
    private static final String THEORY = "J = (1/σ)(I − 11ᵀ/d)(I − ŷŷᵀ/d), ‖J‖₂ = 1/σ, J1 = Jŷ = 0, ‖J‖_F² = (d − 2)/σ²";

    LayerNormJacobian() {
        super(Statement.of("ln-jacobian", "The derivative of layer norm is 1/σ times the projection that takes off the directions 1 and ŷ")
                .said(Citation.of("Xiong et al. (2020), appendix D"))
                .group("algebra")
                .about(Scope.NONE)
                .over("d = 3 … 12, σ = 1 … 4, ε = 0, no gain and bias", "for all inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "autodiff", "central differences")
                .refutes(Faults.FORGETS_MEAN, Faults.CONSTANT_SIGMA));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation formula = new Deviation();
        Deviation differences = new Deviation();
        Deviation spectral = new Deviation();
        Deviation kernel = new Deviation();
        Deviation frobenius = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 50)) {
            int d = trial.between("d", 3, 12);
            double sigma = trial.real("sigma", 1, 4);
            double[] y = standardised(Draws.normal(trial.key().split("x"), d, 1));
            double shift = trial.real("shift", -2, 2);
            double[] x = Arrays.stream(y).map(value -> shift + sigma * value).toArray();
            double[][] theory = theory(y, sigma);
            try (LayerAlone norm = LayerAlone.norm(apparatus, "layer_norm", d)) {
                double[][] jacobian = norm.jacobian(x).entries();
                formula.see(Dense.difference(jacobian, theory));
                differences.see(Dense.difference(norm.byDifferences(x).entries(), theory));
                spectral.see(sigma * Dense.spectralNorm(jacobian) - 1);
                double[][] two = Dense.transposed(new double[][] {Draws.constant(d, 1), y});
                kernel.see(Dense.difference(Dense.times(jacobian, two), new double[d][2]));
                frobenius.see(sigma * sigma * Math.pow(Dense.norm(Dense.flat(jacobian)), 2) - (d - 2));
            }
        }
        return new Figures().add(Figure.within("largest |J − theory|, autodiff", 0, formula.value(), TOLERANCE))
                .add(Figure.within("largest |J − theory|, central differences", 0, differences.value(), TOLERANCE))
                .add(Figure.within("largest |σ‖J‖₂ − 1|", 0, spectral.value(), TOLERANCE))
                .add(Figure.within("largest entry of J1 and Jŷ", 0, kernel.value(), TOLERANCE))
                .add(Figure.within("largest |σ²‖J‖_F² − (d − 2)|", 0, frobenius.value(), TOLERANCE)).finding(THEORY).within(TOLERANCE);
    }

    /** Mean 0, mean square 1. */
    private static double[] standardised(double[] v) {
        double[] centred = Dense.centred(new double[][] {v})[0];
        double root = Dense.norm(centred) / Math.sqrt(v.length);
        return Arrays.stream(centred).map(value -> value / root).toArray();
    }

    private static double[][] theory(double[] y, double sigma) {
        int d = y.length;
        double[][] first = Dense.identity(d);
        double[][] second = Dense.identity(d);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                first[i][j] -= 1.0 / d;
                second[i][j] -= y[i] * y[j] / d;
            }
        }
        return Dense.scaled(Dense.times(first, second), 1 / sigma);
    }
}
