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
import io.fluxo.experiments.verify.measure.Largest;
import java.util.Arrays;

/** Dynamic tanh bounds tokens, and does not measure them. */
final class DynamicTanhBounds extends Claim {

    private static final double TOLERANCE = 1e-12;
    private static final String THEORY = "y = γ ⊙ tanh(αx) + β, α = .5 at first: |y − β| ≤ |γ|, |∂y/∂x| ≤ |αγ|; DyT(2x) ≠ DyT(x)";

    DynamicTanhBounds() {
        super(Statement.of("dyt-bounds", "Dynamic tanh stays within |γ| of β with slopes up to |αγ|, and unlike a norm does not forget a token's length")
                .said(Citation.of("Zhu et al. (2025)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("d = 2 … 12, inputs from 0.01 to 100, random γ and β, α as it begins", "for all inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "autodiff")
                .refutes(Faults.DOUBLED_TANH));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation start = new Deviation();
        double beyond = Double.NEGATIVE_INFINITY;
        double steeper = Double.NEGATIVE_INFINITY;
        Deviation doubled = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 200)) {
            int d = trial.between("d", 2, 12);
            double size = Math.pow(10, trial.real("size", -2, 2));
            double[] x = Draws.normal(trial.key().split("x"), d, size);
            try (LayerAlone norm = LayerAlone.norm(apparatus, "dynamic_tanh", d, true, cell -> cell.shape().elements() == d ? Sizes.values(trial, cell) : LayerAlone.initial(cell))) {
                double[] gain = norm.cell("w");
                double[] bias = norm.cell("b");
                double alpha = norm.cell("alpha")[0];
                start.see(alpha - 0.5);
                double[] y = norm.run(1, x);
                double[][] slopes = norm.jacobian(x).entries();
                for (int c = 0; c < d; c++) {
                    beyond = Math.max(beyond, Math.abs(y[c] - bias[c]) - Math.abs(gain[c]));
                    for (int e = 0; e < d; e++) {
                        steeper = Math.max(steeper, Math.abs(slopes[c][e]) - (c == e ? Math.abs(alpha * gain[c]) : 0));
                    }
                }
                doubled.see(Largest.difference(norm.run(1, Arrays.stream(x).map(value -> 2 * value).toArray()), y));
            }
        }
        return new Figures().add(Figure.within("|α at first − .5|", 0, start.value(), 0)).add(Figure.atMost("largest |y − β| − |γ|", TOLERANCE, beyond))
                .add(Figure.atMost("largest |∂y/∂x| − |αγ|", TOLERANCE, steeper)).add(Figure.atLeast("largest |DyT(2x) − DyT(x)|", 0.1, doubled.value()))
                .finding(THEORY).within(TOLERANCE);
    }
}
