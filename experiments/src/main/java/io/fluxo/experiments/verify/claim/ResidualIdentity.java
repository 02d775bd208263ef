package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.CaseWords;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Cases;
import io.fluxo.experiments.verify.measure.Jacobian;
import io.fluxo.experiments.verify.measure.Shown;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.property.BlockCase;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;

/** The identity term: after the residual addition ∂(attention's output + x)/∂x is ∂(attention's output)/∂x + I, exactly. */
final class ResidualIdentity extends Claim {

    ResidualIdentity() {
        super(Statement.of("residual-preserves", "The residual connection preserves the original information: it enters the sum with weight 1")
                .said(Citation.chapter("Esta adição residual garante a preservação da informação original e facilita o treinamento da rede."))
                .group("chapter")
                .about(Scope.EVERY, Topic.SUM)
                .over("differentiable blocks", Phrases.ALL_INPUTS)
                .expected(Verdict.HOLDS)
                .by("exact Jacobian by autodiff")
                .refutes("mutant-dropped-residual"));
    }

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "∂t2/∂x − ∂t1/∂x = I: the original information enters the sum with weight 1";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        double worst = 0;
        String where = "";
        int cases = Math.max(1, apparatus.trials() / 4);
        for (int n = 0; n < cases; n++) {
            BlockCase drawn = Cases.ordinary(candidate, apparatus.seed() + n);
            try (Specimen specimen = Specimen.of(candidate, drawn, apparatus.reference(), DType.F64)) {
                if (!Shown.has(specimen.block(), "hook_resid_mid") || !Shown.has(specimen.block(), "hook_attn_out")) {
                    return Finding.skipped("the block shows no hook_resid_mid beside its hook_attn_out");
                }
                double off = fromIdentity(Jacobian.of(apparatus.reference(), DType.F64, specimen.xs(),
                        Shown.difference(specimen.block(), "hook_resid_mid", "hook_attn_out")));
                if (!(off <= worst)) {
                    worst = off;
                    where = CaseWords.of(drawn);
                }
            }
        }
        if (!(worst <= TOLERANCE)) {
            return Finding.refuted(THEORY, Text.format("the difference is %s away from I", Digits.text(worst)), where);
        }
        return Finding.holds(THEORY, Text.format("%s; largest deviation from I: %s", Text.count(cases, "case"), Digits.text(worst))).within(TOLERANCE)
                .derived("all derivatives by automatic differentiation on ejml f64");
    }

    private static double fromIdentity(Jacobian jacobian) {
        double worst = 0;
        for (int out = 0; out < jacobian.entries().length; out++) {
            for (int in = 0; in < jacobian.entries()[out].length; in++) {
                worst = Math.max(worst, Math.abs(jacobian.entries()[out][in] - (out == in ? 1 : 0)));
            }
        }
        return worst;
    }
}
