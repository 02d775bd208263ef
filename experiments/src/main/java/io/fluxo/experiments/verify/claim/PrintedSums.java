package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.example.Published;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.op.Ops;
import io.fluxo.text.Text;

/** t2 = t1 + x2 and t5 = t4 + t3, as printed. */
final class PrintedSums extends Claim {

    PrintedSums() {
        super(Statement.of("worked-example-sums", "The worked example's two additions are right")
                .said(Citation.chapter("A adição residual resulta em: $t^2 = t^1 + x_2 = [1.2, 0.4, 0.1, 0.9]$",
                        "A segunda adição residual resulta em: $t^5 = t^4 + t^3 = [0.9, -0.6, 0.7, 0.1]$"))
                .group("chapter")
                .about(Scope.NONE)
                .over("the printed vectors", "for these vectors")
                .expected(Verdict.HOLDS)
                .by("computation")
                .refutesNone("none: arithmetic on the printed vectors, no block takes part"));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        double[] t2 = PrintedVectors.compute(apparatus, Published.T1, Published.X, Ops::add);
        double[] t5 = PrintedVectors.compute(apparatus, Published.T4, Published.T3, Ops::add);
        String theory = Text.format("t1 + x2 = %s, t4 + t3 = %s", Digits.text(Published.T2), Digits.text(Published.T5));
        String measured = Text.format("t1 + x2 = %s, t4 + t3 = %s", Digits.text(t2), Digits.text(t5));
        double off = Math.max(Largest.difference(t2, Published.T2), Largest.difference(t5, Published.T5));
        return off <= PrintedVectors.tolerance(apparatus.dtype()) ? Finding.holds(theory, measured).within(PrintedVectors.tolerance(apparatus.dtype()))
                : Finding.refuted(theory, measured, measured);
    }
}
