package io.fluxo.experiments.verify.claim;

import static io.fluxo.model.ModelSpec.MaskKind.CAUSAL;

import io.fluxo.backend.Backend;
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
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.Jacobian;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.experiments.verify.measure.Shown;
import io.fluxo.experiments.verify.measure.Silenced;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.experiments.verify.measure.Unmoved;
import io.fluxo.proof.TokenTheorem;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Theorem 1. Absence: by dependence, for all weights and inputs at a size. Presence: a witness with ∂t1_i/∂x_j ≠ 0. Both are compared with
 * derivatives, and against the bits of every backend: no finite change of x_j, however large, may change a bit of what it cannot reach.
 */
final class OnlyAttentionMixes extends Claim {

    OnlyAttentionMixes() {
        super(Statement.of("theorem-1", "Attention is the only part of the block that receives information from other tokens")
                .said(Citation.chapter("A autoatenção é o único componente do bloco *transformer* que recebe explicitamente informações de outros *tokens*, e a sua "
                        + "saída é adicionada ao *residual stream* do *token* atual, influenciando a sua representação, seja na arquitetura *pre-norm* "
                        + "ou *post-norm*."))
                .group("chapter")
                .about(Scope.EVERY, Topic.MIXING)
                .over(Followed.DOMAIN,
                        Phrases.ALL_INPUTS + "; each j ≤ i can: there is a witness")
                .expected(Verdict.PROVED)
                .by("dependence", "exact Jacobian blocks", "central differences", "bits on every backend", "shrinking")
                .refutes("mutant-token-mixing-ffn", "mutant-sequence-mixing-ffn", "mutant-batch-norm-over-tokens", "mutant-neighbour-norm",
                        "mutant-leaky-mask", "mutant-self-masked-attention"));
    }

    private static final String THEORY = "without attention ∂h_i/∂x_j = 0 for i ≠ j; with it ∂h_i/∂x_j = 0 for j > i, and every j ≤ i can reach i";

    /** In training a norm with statistics over tokens lets them see each other: false, as it should be. */
    @Override
    public Verdict expectedOf(Candidate candidate) {
        return candidate.inTraining() ? Verdict.REFUTED : expected();
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        boolean causal = candidate.masks(CAUSAL);
        Followed followed = Followed.of(candidate, TokenTheorem.of(candidate.proved(2), candidate.models(), Followed.TOKENS), TokenTheorem::ofWhole);
        List<String> derivation = new ArrayList<>(followed.derivation());

        ForAllCases.Tried apart = ForAllCases.of(Silenced.attention(candidate), apparatus).run("without attention tokens are apart",
                candidate.domain(apparatus.dtype()).pos(2, 5).inputs(InputKind.NORMAL, InputKind.REPEATED).inputScales(1, 1e-3, 1e3)
                        .weightScales(1, 10, 1e-3),
                (specimen, _) -> Unmoved.byTokens(specimen, (i, j) -> i != j));
        derivation.add(Text.format("bits, without attention, on %s: %s", apparatus.options().chosen(), apart.cases()));
        if (apart.refuted()) {
            return Finding.refuted(THEORY, "something other than attention mixes tokens; " + apart.cases(), "without attention, " + apart.counterexample())
                    .derived(derivation);
        }
        List<String> bits = new ArrayList<>();
        for (Apparatus.Setup setup : causal ? apparatus.everyBackend() : List.<Apparatus.Setup>of()) {
            ForAllCases.Tried later = ForAllCases.on(candidate, apparatus, setup).run("no bit of h_i depends on x_j, j > i",
                    candidate.domain(setup.dtype()).masks(CAUSAL).pos(2, 5).inputs(InputKind.NORMAL, InputKind.REPEATED).inputScales(1, 1e-3, 1e3)
                            .weightScales(1, 1e-3), (specimen, _) -> Unmoved.byTokens(specimen, (i, j) -> i < j));
            derivation.add(Text.format("bits, j > i, huge values included, on %s: %s", setup, later.cases()));
            if (later.refuted()) {
                return Finding.refuted(THEORY, "a later token is seen; " + later.cases(), Text.format("on %s, %s", setup, later.counterexample()))
                        .derived(derivation);
            }
            bits.add(setup.toString());
        }
        return presence(candidate, apparatus, causal, followed, derivation, bits);
    }

    private static Finding presence(Candidate candidate, Apparatus apparatus, boolean causal, Followed followed, List<String> derivation,
            List<String> bits) {
        BlockCase drawn = Cases.ordinary(candidate, apparatus.seed());
        Backend reference = apparatus.reference();
        try (Specimen specimen = Specimen.of(candidate, drawn, reference, DType.F64);
             Specimen silenced = Specimen.of(Silenced.attention(candidate), drawn, reference, DType.F64);
             Specimen chosen = Specimen.of(candidate, drawn, apparatus.backend(), apparatus.dtype())) {
            HostArray xs = specimen.xs();
            boolean shown = Shown.has(specimen.block(), "hook_attn_out");
            Jacobian t1 = Jacobian.of(reference, DType.F64, xs, shown ? Shown.at(specimen.block(), "hook_attn_out") : specimen.block()::forward);
            Jacobian h = Jacobian.of(reference, DType.F64, xs, specimen.block()::forward);
            Jacobian apart = Jacobian.of(reference, DType.F64, xs, silenced.block()::forward);
            Jacobian measured = Jacobian.of(apparatus.backend(), apparatus.dtype(), chosen.xs(), chosen.block()::forward);
            double off = h.difference(Jacobian.byDifferences(reference, xs, specimen.block()::forward));
            derivation.add("Jacobian blocks of h, largest entries, [ejml f64]: " + table(h));
            derivation.add(Text.format("automatic differentiation and central differences differ by %s", Digits.text(off)));

            Optional<String> nonzero = firstNonzero(apart, "without attention, h", (i, j) -> i == j)
                    .or(() -> firstNonzero(h, "h", (i, j) -> !causal || j <= i)).or(() -> firstNonzero(measured, "h on " + apparatus.options()
                            .chosen(), (i, j) -> !causal || j <= i));
            if (nonzero.isPresent()) {
                return Finding.refuted(THEORY, "a derivative that should be 0 is not", Text.format("%s: %s", CaseWords.of(drawn), nonzero.get()))
                        .derived(derivation);
            }
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < t1.rows(); i++) {
                for (int j = 0; j < t1.tokens(); j++) {
                    least = causal && j > i ? least : Math.min(least, t1.block(i, j));
                }
            }
            if (!(off < 1e-6 * Math.max(1, Largest.of(h.entries()[0])))) {
                return Finding.undecided(THEORY, Text.format("automatic differentiation and central differences differ by %s: a gradient is wrong, or one is stopped", Digits.text(off)))
                        .derived(derivation);
            }
            if (!(least > 1e-9)) {
                return Finding.refuted(THEORY, "no witness that every token that may reach another can: least ‖∂t1_i/∂x_j‖ = " + Digits.text(least),
                        CaseWords.of(drawn))
                        .derived(derivation);
            }
            String witness = Text.format("%s: ‖∂%s_i/∂x_j‖ ≥ %s for every j%s", CaseWords.of(drawn), shown ? "t1" : "h", Digits.text(least), causal ? " ≤ i" : "");
            if (followed.failure().isPresent()) {
                return Finding.undecided(THEORY, "no case was found in which it is false, but it is not proved: " + followed.failure().get()).witnessed(witness).derived(derivation);
            }
            return Finding.proved(THEORY, Text.format("absent in every part and in the whole %s; derivatives and bits agree%s", followed.extent(), bits.isEmpty() ? "" : " (bits on " + String.join(", ", bits) + ")")).witnessed(witness)
                            .derived(derivation);
        }
    }

    private interface MayReach {
        boolean permitted(int i, int j);
    }

    private static Optional<String> firstNonzero(Jacobian jacobian, String symbol, MayReach reach) {
        for (int i = 0; i < jacobian.rows(); i++) {
            for (int j = 0; j < jacobian.tokens(); j++) {
                if (!reach.permitted(i, j) && jacobian.block(i, j) != 0) {
                    return Optional.of(Text.format("∂%s_%d/∂x_%d has an entry of %s", symbol, i + 1, j + 1, Digits.text(jacobian.block(i, j))));
                }
            }
        }
        return Optional.empty();
    }

    private static String table(Jacobian jacobian) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < jacobian.rows(); i++) {
            double[] row = new double[jacobian.tokens()];
            for (int j = 0; j < row.length; j++) {
                row[j] = jacobian.block(i, j);
            }
            rows.add(Text.format("h_%d %s", i + 1, Digits.text(row)));
        }
        return String.join("; ", rows);
    }
}
