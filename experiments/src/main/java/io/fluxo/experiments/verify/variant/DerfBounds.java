package io.fluxo.experiments.verify.variant;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Jacobian;
import io.fluxo.experiments.verify.measure.OneLayer;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.layer.norm.DynamicTanh;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.norm.Squashing;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** γ erf(αx + s) + β stays within |γ| of β, and is nowhere steeper than 2|αγ|/√π. */
final class DerfBounds extends Claim {

    private static final double TOLERANCE = 1e-12;

    DerfBounds() {
        super(Statement.of("derf-bounds", "Derf stays within |γ| of β, is at most 2|αγ|/√π steep, odd where s = 0, and depends on the scale of its input")
                .said(Citation.of("Chen et al. (2025), Stronger Normalization-Free Transformers (Derf)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 8 tokens, width 3 … 12, inputs of standard deviation 5", "for all parameters and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "derivatives by autodiff")
                .refutes(Fault.of("mutant-derf-is-tanh", "tanh in the place of erf, with a slope of twice the size", NormFactory.KIND, "derf",
                        new Squashing((path, width, affine, slope) -> new DynamicTanh(path, width, affine, 2 * slope), Squashing.ALPHA.standard()))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        double moved = 0;
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            double[] values = Arrays.stream(drawn.x().toDoubles()).map(value -> 5 * value).toArray();
            HostArray x = HostArray.of(drawn.x().shape(), DType.F64, values);
            var norm = apparatus.catalog().part(NormFactory.KIND, Choice.of("derf")).norm("ln", Dim.of("d_model", drawn.width()), true, 0);
            try (OneLayer derf = new OneLayer(norm, apparatus.reference(), drawn.key(), 1)) {
                double alpha = derf.value("ln.alpha")[0];
                double[] gain = derf.value("ln.w");
                double[] bias = derf.value("ln.b");
                double[] y = derf.output(x);
                Jacobian jacobian = Jacobian.of(apparatus.reference(), DType.F64, x, norm::forward);
                for (int i = 0; i < y.length; i++) {
                    int c = i % drawn.width();
                    worst.note("|y − β| beyond |γ|", Math.max(0, Math.abs(y[i] - bias[c]) - Math.abs(gain[c])));
                    double slope = jacobian.entries()[i][i];
                    worst.note("slope beyond 2|αγ|/√π", Math.max(0, Math.abs(slope) - 2 * Math.abs(alpha * gain[c]) / Math.sqrt(Math.PI)));
                    double s = derf.has("ln.s") ? derf.value("ln.s")[0] : 0;
                    double steep = 2 / Math.sqrt(Math.PI) * alpha * gain[c] * Math.exp(-(alpha * values[i] + s) * (alpha * values[i] + s));
                    worst.note("slope = 2αγ/√π · e^−(αx + s)²", Math.abs(slope - steep));
                }
                if (derf.has("ln.s")) {
                    derf.set("ln.s", 0);
                }
                double[] there = derf.output(x);
                double[] back = derf.output(HostArray.of(x.shape(), DType.F64, Arrays.stream(values).map(value -> -value).toArray()));
                for (int i = 0; i < there.length; i++) {
                    worst.note("odd about β where s = 0", Math.abs(there[i] + back[i] - 2 * bias[i % drawn.width()]));
                }
                double[] smaller = derf.output(drawn.x());
                for (int i = 0; i < smaller.length; i++) {
                    moved = Math.max(moved, Math.abs(there[i] - smaller[i]));
                }
            }
        }
        return worst.figures(TOLERANCE).add(Figure.atLeast("largest change of the output when the input is divided by 5", 0.01, moved))
                .finding("|y − β| ≤ |γ|, |∂y/∂x| ≤ 2|αγ|/√π, odd at s = 0, not scale-invariant").within(TOLERANCE);
    }
}
