package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.Unmoved;
import io.fluxo.proof.TokenTheorem;
import io.fluxo.property.InputKind;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/** The context of a token is its own sequence: what stands beside it in a batch is no part of it. By dependence, and by bits on every backend. */
final class SequencesApart extends Claim {

    SequencesApart() {
        super(Statement.of("sequences-apart", "A token receives nothing from the other sequences of its batch")
                .said(Citation.chapter("Conforme estabelecido anteriormente [^6, ^7], a operação *MultiHeadAttention* recebe como entrada o *embedding* de um "
                        + "*token* $x_i$ e também todos os *embeddings* dos outros *tokens* $x_1, \\ldots, x_N$ da sequência."))
                .group("chapter")
                .about(Scope.EVERY)
                .over(Followed.DOMAIN, Phrases.ALL_INPUTS)
                .expected(Verdict.PROVED)
                .by("dependence", "bits on every backend", "shrinking")
                .refutes("mutant-sequence-mixing-ffn", "mutant-batch-norm-over-tokens"));
    }

    private static final String THEORY = "for tokens i and j of different sequences ∂h_i/∂x_j = 0, in evaluation and in training";

    /** In training a norm with statistics over the batch lets its sequences see each other: false, as it should be. */
    @Override
    public Verdict expectedOf(Candidate candidate) {
        return candidate.inTraining() ? Verdict.REFUTED : expected();
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        TokenTheorem small = TokenTheorem.ofSequences(candidate.proved(2), candidate.models(), 2, Followed.TOKENS);
        Followed followed = Followed.of(candidate, small, TokenTheorem::ofSequences);
        List<String> derivation = new ArrayList<>(followed.derivation());
        List<String> bits = new ArrayList<>();
        for (Apparatus.Setup setup : apparatus.everyBackend()) {
            ForAllCases.Tried apart = ForAllCases.on(candidate, apparatus, setup).run("no bit of h_i depends on another sequence", candidate.domain(setup.dtype())
                    .batch(2, 4).pos(1, 5).inputs(InputKind.NORMAL, InputKind.REPEATED).inputScales(1, 1e-3, 1e3).weightScales(1, 1e-3),
                    (specimen, _) -> Unmoved.bySequences(specimen));
            derivation.add(Text.format("bits, huge values included, on %s: %s", setup, apart.cases()));
            if (apart.refuted()) {
                return Finding.refuted(THEORY, "another sequence is seen; " + apart.cases(), Text.format("on %s, %s", setup, apart.counterexample())).derived(derivation);
            }
            bits.add(setup.toString());
        }
        return followed.failure().map(failure -> Finding.undecided(THEORY, "no case was found in which it is false, but it is not proved: " + failure))
                .orElseGet(() -> Finding.proved(THEORY, Text.format("absent %s; bits agree (on %s)", followed.extent(), String.join(", ", bits)))).derived(derivation);
    }
}
