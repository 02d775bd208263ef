package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.proof.TokenClaim.TOKEN_DIAGONAL;
import static io.fluxo.proof.TokenClaim.WITHIN_SEQUENCE;

import io.fluxo.block.Block;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.ShapeMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Theorem 1's absence for one specification: attention is the only part that receives anything from other tokens. Every other part is
 * token-diagonal by itself, the model is token-diagonal once attention is silenced, and with it a row depends on what the mask permits. The model is
 * proved in evaluation and in training; with a norm that says its statistics in training are those of all tokens, in evaluation alone.
 *
 * @param proofs one for each part, then the whole
 */
public record TokenTheorem(List<TokenProof> proofs) {

    public TokenTheorem {
        proofs = List.copyOf(proofs);
    }

    /** Proves or fails to prove it for sequences of {@code tokens}. */
    public static TokenTheorem of(ModelSpec given, Catalog catalog, int tokens) {
        ModelSpec spec = TokenFlow.withVocabulary(given);
        Transformer model = ModelBuilder.transformer(spec, catalog);
        List<? extends Cell> parameters = model.cells();
        Dim width = ModelDims.of(spec, spec.layer(0)).dModel();
        TokenClaim permitted = permitted(spec, catalog);
        List<TokenProof> proofs = new ArrayList<>();
        proofs.add(TokenFlow.ofTokens("embedding", parameters, tokens, model::embed).prove(TOKEN_DIAGONAL));
        model.blocks().forEach(block -> subLayers(block, width, tokens, permitted).forEach(proofs::add));
        proofs.add(TokenFlow.of("residual addition", List.of(), width, tokens, (pass, x) -> pass.add(pass.neg(x), x)).prove(TOKEN_DIAGONAL));
        proofs.add(TokenFlow.of("unembedding", parameters, width, tokens, model::unembed).prove(TOKEN_DIAGONAL));
        proofs.addAll(ofWhole(spec, catalog, TokenFlow.SEQUENCES, tokens).proofs());
        return new TokenTheorem(proofs);
    }

    /** The part of it that concerns the whole model: with attention and without, in evaluation and in training. */
    public static TokenTheorem ofWhole(ModelSpec spec, Catalog catalog, int sequences, int tokens) {
        ModelRun whole = new ModelRun(spec, catalog, sequences, tokens);
        TokenClaim permitted = permitted(spec, catalog);
        List<TokenProof> proofs = new ArrayList<>(List.of(whole.evaluation().prove(permitted), whole.evaluationWithoutAttention().prove(TOKEN_DIAGONAL)));
        if (whole.trainsAsItEvaluates()) {
            proofs.add(whole.training().prove(permitted));
            proofs.add(whole.trainingWithoutAttention().prove(TOKEN_DIAGONAL));
        }
        return new TokenTheorem(proofs);
    }

    /** That no token of a sequence reaches another sequence: the model in evaluation, and in training under the same condition. */
    public static TokenTheorem ofSequences(ModelSpec spec, Catalog catalog, int sequences, int tokens) {
        ModelRun whole = new ModelRun(spec, catalog, sequences, tokens);
        List<TokenProof> proofs = new ArrayList<>(List.of(whole.evaluation().prove(WITHIN_SEQUENCE)));
        if (whole.trainsAsItEvaluates()) {
            proofs.add(whole.training().prove(WITHIN_SEQUENCE));
        }
        return new TokenTheorem(proofs);
    }

    /** The modes that the model was followed in, for a sentence. */
    public String modes() {
        return proofs.stream().anyMatch(proof -> proof.subject().equals(ModelRun.TRAINING)) ? "in evaluation and in training" : "in evaluation";
    }

    /** The block's parts that map the stream to the stream; projections to another width are inside them. */
    private static Stream<TokenProof> subLayers(Block block, Dim width, int tokens, TokenClaim permitted) {
        return block.parts().stream().flatMap(part -> {
            try {
                return Stream.of(TokenFlow.of(part, width, tokens).prove(part instanceof Attention ? permitted : TOKEN_DIAGONAL));
            } catch (ShapeMismatchException notTheStream) {
                return Stream.empty();
            }
        });
    }

    /**
     * Theorem 2.III's path: the run of the model with all attention silenced but that of the first block. What its last rows still receive
     * from other tokens came through that attention and was carried on by the residual connections.
     */
    public static TokenFlow path(ModelSpec spec, Catalog catalog, int tokens) {
        return new ModelRun(spec, catalog, TokenFlow.SEQUENCES, tokens).evaluationWithoutAttention(path -> !path.equals("blocks.0"));
    }

    /** What a mask lets through. */
    public static TokenClaim permitted(MaskKind mask) {
        return switch (mask) {
            case CAUSAL -> TokenClaim.CAUSAL;
            case BIDIRECTIONAL -> TokenClaim.WITHIN_SEQUENCE;
        };
    }

    /** What the masks of a whole model let through: one that sees later tokens is enough. */
    static TokenClaim permitted(ModelSpec spec, Catalog catalog) {
        return spec.layers().stream().filter(layer -> layer.attention(catalog).present()).anyMatch(layer -> layer.get(MASK) == MaskKind.BIDIRECTIONAL)
                ? TokenClaim.WITHIN_SEQUENCE : TokenClaim.CAUSAL;
    }

    public boolean proved() {
        return proofs.stream().allMatch(TokenProof::proved);
    }

    /** The first proof that failed, as a sentence; empty where all are proved. */
    public Optional<String> failure() {
        return proofs.stream().filter(proof -> !proof.proved()).map(TokenProof::sentence).findFirst();
    }

    /** Each proof's sentence, without its points. */
    public List<String> sentences() {
        return proofs.stream().map(TokenProof::sentence).toList();
    }

    /** Each proof's sentence with its points below, then what is assumed. */
    public List<String> derivation() {
        return Stream.concat(
                proofs.stream().flatMap(proof -> Stream.concat(Stream.of(proof.sentence()), proof.derivation().stream().map(line -> "    " + line))),
                Stream.of("assumed: " + TokenProof.ASSUMPTION)).toList();
    }
}
