package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.AttentionPattern;
import io.fluxo.experiments.verify.measure.Bounded;
import io.fluxo.experiments.verify.measure.Deviations;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.text.Text;

/** The sum over the context runs over j = i too: each head's result is Σ_j α_ij v_j with that term, and is not without it. */
final class ContextIncludesSelf extends Claim {

    ContextIncludesSelf() {
        super(Statement.of("context-includes-i", "The context that attention reads includes the token itself")
                .said(Citation.chapter("A operação *MultiHeadAttention* é definida como $t^1 = MultiHeadAttention(x_i, [x_1, \\ldots, x_N])$, onde $x_i$ é o "
                        + "*embedding* do *token* atual e $x_1, ..., x_N$ são os *embeddings* dos demais *tokens* da sequência.",
                        "A combinação ponderada dos *values*, que inclui o *value* derivado do próprio *token* e dos outros, modula a informação "
                        + "original do *embedding*, ao mesmo tempo em que integra a informação contextual."))
                .group("chapter")
                .about(Scope.EVERY, Topic.ATTENTION)
                .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                .expected(Verdict.HOLDS)
                .by("float64 recomputation on the host", "rounding bound", "shrinking")
                .refutes("mutant-self-masked-attention"));
    }

    private static final String THEORY = "z_i = Σ_{j ≤ i} α_ij v_j with j = i among them; without that term the equation is false";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        var domain = candidate.domain(apparatus.dtype()).inputs(InputKind.NORMAL, InputKind.REPEATED).inputScales(1, 1e-3).weightScales(1).pos(1, 6)
                .width(3, 12);
        return ForAllCases.of(candidate, apparatus).run(THEORY, domain, ContextIncludesSelf::judge).finding(THEORY)
                .derived("Theorem 1.I speaks of \"the other tokens\" (os demais tokens), Theorem 2.2.III counts the token itself among the values: "
                        + "the equations follow the second reading, and under the first Theorem 2.2 would be false");
    }

    private static Outcome judge(Specimen specimen, Deviations deviations) {
        AttentionPattern pattern = AttentionPattern.of(specimen);
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
                            return Outcome.fail(Text.format("head %d: z_%d is %s, the sum over all j ≤ i is %s", head + 1, i + 1, Digits.text(z),
                                    Digits.text(all.value())));
                        }
                        needed |= Math.abs(z[c] - without.value()[c]) > 4 * without.error()[c];
                    }
                }
            }
        }
        return needed ? Outcome.pass() : Outcome.vacuous("the token's own value is zero");
    }
}
