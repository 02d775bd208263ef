package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Check;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Numbers;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.text.Text;

/** The sum over the context runs over j = i too: each head's result is Σ_j α_ij v_j with that term, and is not without it. */
record ContextIncludesSelf() implements Check {

    private static final String THEORY = "z_i = Σ_{j ≤ i} α_ij v_j with j = i among them; without that term the equation is false";

    @Override
    public Finding of(Candidate candidate, Apparatus apparatus) {
        var domain = candidate.domain(apparatus.dtype()).inputs(InputKind.NORMAL, InputKind.REPEATED).inputScales(1, 1e-3).weightScales(1).pos(1, 6)
                .width(3, 12);
        return ForAll.of(candidate, apparatus).run(THEORY, domain, ContextIncludesSelf::check).finding(THEORY)
                .derived("Theorem 1.I speaks of \"the other tokens\" (os demais tokens), Theorem 2.2.III counts the token itself among the values: "
                        + "the equations follow the second reading, and under the first Theorem 2.2 would be false");
    }

    private static Outcome check(Specimen specimen, ForAll.Deviations deviations) {
        OwnInformation.Pattern pattern = OwnInformation.Pattern.of(specimen);
        if (pattern == null) {
            return Outcome.vacuous("the block shows no attention pattern");
        }
        BlockCase drawn = specimen.drawn();
        boolean needed = false;
        for (int sequence = 0; sequence < drawn.batch(); sequence++) {
            for (int head = 0; head < drawn.nHeads(); head++) {
                for (int i = 0; i < drawn.pos(); i++) {
                    double[] alpha = pattern.weights(sequence, head, i);
                    if (pattern.scores(sequence, head, i)[i] == Double.NEGATIVE_INFINITY) {
                        return Outcome.fail(Text.format("head %d: token %d is masked from itself, α_%d%d = 0", head + 1, i + 1, i + 1, i + 1));
                    }
                    double[] z = pattern.result(sequence, head, i);
                    Bounded[] values = pattern.values(sequence, head, specimen.dtype());
                    Bounded all = Bounded.exact(alpha, specimen.dtype()).mix(values);
                    double[] others = alpha.clone();
                    others[i] = 0;
                    Bounded without = Bounded.exact(others, specimen.dtype()).mix(values);
                    for (int c = 0; c < z.length; c++) {
                        if (!deviations.add(z[c], all.value()[c], all.error()[c])) {
                            return Outcome.fail(Text.format("head %d: z_%d is %s, the sum over all j ≤ i is %s", head + 1, i + 1, Numbers.text(z),
                                    Numbers.text(all.value())));
                        }
                        needed |= Math.abs(z[c] - without.value()[c]) > 4 * without.error()[c];
                    }
                }
            }
        }
        return needed ? Outcome.pass() : Outcome.vacuous("the token's own value is zero");
    }
}
