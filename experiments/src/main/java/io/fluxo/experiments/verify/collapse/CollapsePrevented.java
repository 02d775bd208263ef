package io.fluxo.experiments.verify.collapse;

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

/** What is said of value residuals and gates, read without the residual connection: they put the collapse off and do not prevent it. */
final class CollapsePrevented extends Claim {

    private static final int[] AT = {1, 2, 3, 4};
    private static final int LATE = 8;

    CollapsePrevented() {
        super(Statement.of("collapse-variants-prevented", "Value residuals and gates prevent the collapse of attention")
                .said(Citation.of("a common reading of Zhou et al. (2024), Value Residual Learning, and Qiu et al. (2025), Gated Attention"))
                .group("rank-collapse")
                .about(Scope.NONE)
                .over("one head, no mask, no residual, no norm, no network; weights N(0, 1/rows), d = 64, 32 tokens, 12 layers", "geometric mean of 20 seeds")
                .expected(Verdict.REFUTED)
                .by("float64 on ejml")
                .refutes(CollapseFaults.RESIDUAL_KEPT.seenAs(Verdict.SKIPPED)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Shares value = VariantShares.of(apparatus, "value_residual", "value residual", LATE);
        Shares gated = VariantShares.of(apparatus, "gated", "gated", LATE);
        Figures figures = new Figures();
        figures.add(Figure.atLeast("value residual, layer 8", 0.01, value.after(LATE)));
        figures.add(Figure.atLeast("gated, layer 8", 0.01, gated.after(LATE)));
        Figures evidence = new Figures();
        value.expect(evidence, AT, .71, .058, 5e-5, 3e-11);
        gated.expect(evidence, AT, .74, .071, .0016, 2e-5);
        return figures.finding("‖res(X)‖/‖X‖ stays above 1 % of the tokens at layer 8", evidence).drawn(Shares.drawn("tokens' share of differences", value, gated));
    }
}
