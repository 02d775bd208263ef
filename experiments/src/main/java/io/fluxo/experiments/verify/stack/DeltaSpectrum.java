package io.fluxo.experiments.verify.stack;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.Dense;
import io.fluxo.experiments.verify.algebra.Trial;
import io.fluxo.experiments.verify.measure.Worst;

/**
 * What a delta rule does to a token while k, β and v are held fixed. The layer divides f by ‖f‖ + 1e-5, so that ‖k‖ falls short of 1 by 1e-5/‖f‖; f is made so large here that nothing of that is left.
 * β = 2σ(·) reaches neither 0 nor 2, and is put there by a hook. Eigenvalues are shown by what the Jacobian does to k and to all that is
 * orthogonal to it.
 */
final class DeltaSpectrum extends Claim {

    private static final double LARGE = 1e8;

    DeltaSpectrum() {
        super(Statement.of("delta-spectrum", "A delta rule changes a token along k alone: A = I − βkkᵀ has eigenvalue 1 − β once and 1 otherwise; β = 0 keeps, 1 projects, 2 reflects")
                .said(Citation.of("Deep Delta Learning (2026), arXiv 2601.00417, Theorem 1"))
                .group("algebra")
                .about(Scope.NONE)
                .over("one sub-layer on one token, width 3 … 12, k and v as the layer makes them, β = 0, 1, 2 and at random, all held fixed", "for all k, β, v and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "Jacobian by autodiff, with k, β and v put in place by hooks")
                .refutes(DeltaLayer.doublesK()));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (Trial trial : Trial.of(apparatus, id(), Integer.MAX_VALUE)) {
            try (DeltaLayer layer = new DeltaLayer(apparatus, trial.between("width", 3, 12), trial.key(), LARGE)) {
                DeltaLayer.Parts own = layer.parts();
                worst.note("‖k‖ = 1", Math.abs(Dense.norm(own.k()) - 1));
                for (double beta : new double[] {0, 1, 2, trial.real("beta", 0, 2)}) {
                    look(worst, layer, own.withBeta(beta));
                }
            }
        }
        return worst.figures(Small.TOLERANCE)
                .finding("A = I − βkkᵀ: Ak = (1 − β)k, Au = u for u ⟂ k, det A = 1 − β; kᵀx′ = (1 − β)kᵀx + βv; ‖x′‖² = ‖x‖² − (kᵀx)² + (kᵀx′)²").within(Small.TOLERANCE);
    }

    private static void look(Worst worst, DeltaLayer layer, DeltaLayer.Parts parts) {
        double beta = parts.beta();
        double[] k = parts.k();
        double[][] a = layer.jacobian(parts);
        double[][] square = Dense.times(Dense.transposed(a), a);
        double[][] across = across(k);
        worst.note("∂x′/∂x = I − βkkᵀ", Dense.flat(parts.matrix()), Dense.flat(a));
        worst.note("eigenvalue 1 − β along k", Small.scaled(k, 1 - beta), applied(a, k));
        worst.note("eigenvalue 1 across k", Dense.flat(across), Dense.flat(Dense.times(a, across)));
        worst.note("singular value |1 − β| along k", Small.scaled(k, (1 - beta) * (1 - beta)), applied(square, k));
        worst.note("singular value 1 across k", Dense.flat(across), Dense.flat(Dense.times(square, across)));
        worst.note("det A = 1 − β", Math.abs(Dense.determinant(a) - (1 - beta)));
        double[] x = layer.x();
        double[] after = layer.output(parts);
        double read = dot(k, x);
        double readAfter = dot(k, after);
        worst.note("kᵀx′ = (1 − β)kᵀx + βv", Math.abs(readAfter - (1 - beta) * read - beta * parts.v()));
        worst.note("what lies across k is kept", applied(across, x), applied(across, after));
        worst.note("‖x′‖² = ‖x‖² − (kᵀx)² + (kᵀx′)²", Math.abs(dot(after, after) - dot(x, x) + read * read - readAfter * readAfter));
        if (beta == 0) {
            worst.note("β = 0: x′ = x", x, after);
        } else if (beta == 1) {
            worst.note("β = 1: A² = A", Dense.flat(a), Dense.flat(Dense.times(a, a)));
        } else if (beta == 2) {
            worst.note("β = 2: A² = I", Dense.flat(Dense.identity(k.length)), Dense.flat(Dense.times(a, a)));
        }
    }

    /** I − kkᵀ. */
    private static double[][] across(double[] k) {
        return new DeltaLayer.Parts(k, 1, 0).matrix();
    }

    private static double[] applied(double[][] a, double[] v) {
        return Dense.flat(Dense.times(a, Dense.of(v, 1)));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
