package io.fluxo.experiments.verify.claim;

import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_LAYERS;

import io.fluxo.experiments.verify.Candidate;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.proof.TokenTheorem;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A theorem about tokens for three models: a small one, one that is as deep as the candidate's own, and one whose sequences are as long.
 *
 * @param failure    the first proof that failed, as a sentence; empty where all are proved
 * @param extent     what is proved, as part of a sentence
 * @param derivation line by line
 */
record Followed(Optional<String> failure, String extent, List<String> derivation) {

    static final int TOKENS = 4;

    private static final int FEW = 3;

    /** What the claims that are proved so say of their domain. */
    static final String DOMAIN = "proved at N = 4 for two blocks and the unembedding, at N = 3 for as many blocks as the model has (24 without a model), and at the model's "
            + "n_ctx (64 without a model, 128 at most); finite intermediates";

    /** The theorem of a whole model at one size. */
    @FunctionalInterface
    interface OfWhole {
        TokenTheorem prove(ModelSpec spec, Catalog catalog, int sequences, int tokens);
    }

    /** @param small the theorem for the small model, with its derivation to read */
    static Followed of(Candidate candidate, TokenTheorem small, OfWhole theorem) {
        if (!small.proved()) {
            return new Followed(small.failure(), "", small.derivation());
        }
        ModelSpec deep = candidate.deep();
        ModelSpec lengthy = candidate.lengthy();
        String blocks = Text.count(deep.get(N_LAYERS), "block");
        TokenTheorem ofDeep = theorem.prove(deep, candidate.models(), 3, FEW);
        TokenTheorem ofLengthy = theorem.prove(lengthy, candidate.models(), 2, lengthy.get(N_CTX));
        List<String> derivation = new ArrayList<>(small.derivation());
        ofDeep.sentences().forEach(sentence -> derivation.add(Text.format("%s: %s", blocks, sentence)));
        derivation.addAll(ofLengthy.sentences());
        Optional<String> failure = ofDeep.failure().map(why -> Text.format("of %s: %s", blocks, why)).or(ofLengthy::failure);
        return new Followed(failure, Text.format("at N = %d, at N = %d for %s and at N = %d, for all weights and inputs, %s", TOKENS, FEW, blocks, lengthy.get(N_CTX), small.modes()),
                derivation);
    }
}
