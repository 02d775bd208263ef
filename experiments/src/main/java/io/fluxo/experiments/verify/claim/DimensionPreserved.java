package io.fluxo.experiments.verify.claim;

import static io.fluxo.model.ModelSpec.N_LAYERS;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.proof.DimensionProof;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/** Theorem 2.1: on symbols for all sizes, and on random sizes on the backend. */
final class DimensionPreserved extends Claim {

    DimensionPreserved() {
        super(Statement.of("theorem-2.1", "Attention preserves d, as does every sub-layer, the block, and the stack")
                .said(Citation.chapter("Todo este processo, como demonstrado anteriormente [Lema 1, Lema 1.1, Proposição 1, Proposição 1.1, Corolário 1.1 e "
                        + "Corolário 1.2], garante a invariância da dimensionalidade no *residual stream*.",
                        "A operação *MultiHeadAttention*, embora introduza informações de outros *tokens* no *residual stream*, preserva a "
                        + "dimensionalidade do *embedding*."))
                .group("chapter")
                .about(Scope.EVERY)
                .over("every batch, pos, d_model, n_heads, d_head, d_v, d_mlp and depth", "for all sizes")
                .expected(Verdict.PROVED)
                .by("symbolic shapes", "random sizes", "shrinking")
                .refutes("mutant-no-output-projection", "mutant-shared-key-value"));
    }

    private static final String THEORY = "x, t1 … h, every sub-layer and the stack are [batch, pos, d_model] for all batch, pos, d_model, n_heads, d_head, d_v, d_mlp, L";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        DimensionProof proof = DimensionProof.of(candidate.proved(2), candidate.models());
        List<String> derivation = new ArrayList<>(proof.derivation());
        ForAllCases.Tried sizes = ForAllCases.of(candidate, apparatus).runCases("d_model is preserved", candidate.domain(apparatus.dtype())
                .inputs(InputKind.NORMAL).inputScales(1),
                (drawn, _) -> {
                    try (Specimen specimen = Specimen.of(candidate, drawn, apparatus.backend(), apparatus.dtype())) {
                        var symbols = specimen.symbols(specimen.xs());
                        return symbols.entrySet().stream().filter(symbol -> !symbol.getValue().shape().equals(drawn.stream())).findFirst()
                                .map(symbol -> Outcome.fail(Text.format("%s is %s, not %s", symbol.getKey(), symbol.getValue().shape(), drawn.stream())))
                                .orElseGet(Outcome::pass);
                    } catch (ShapeMismatchException mismatch) {
                        return Outcome.fail(mismatch.getMessage());
                    }
                });
        derivation.add(Text.format("random sizes on %s: %s", apparatus.options().chosen(), sizes.cases()));
        if (sizes.refuted()) {
            return Finding.refuted(THEORY, sizes.cases(), sizes.counterexample()).derived(derivation);
        }
        if (!proof.proved()) {
            return Finding.refuted(THEORY, "not for all sizes", proof.sentence()).derived(derivation);
        }
        String blocks = Text.count(candidate.deep().get(N_LAYERS), "block");
        DimensionProof deep = DimensionProof.of(candidate.deep(), candidate.models());
        derivation.add(Text.format("%s: %s", blocks, deep.sentence()));
        if (!deep.proved()) {
            return Finding.refuted(THEORY, "not for " + blocks, deep.sentence()).derived(derivation);
        }
        return Finding.proved(THEORY, Text.format("%s; random sizes: %s", proof.sentence(), sizes.cases())).derived(derivation);
    }
}
