package io.fluxo.model;

import io.fluxo.layer.Dropout;
import io.fluxo.layer.Embedding;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.layer.TokenTypes;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/** From token ids to x_0: I32 [batch pos] → [batch pos d_model]. */
final class InputSide extends Layer {

    private final Embedding embedding;
    private final Optional<TokenTypes> types;
    private final Optional<Layer> positions;
    private final Optional<Layer> norm;
    private final Dropout dropout;

    InputSide(Embedding embedding, Optional<TokenTypes> types, Optional<Layer> positions, Optional<Layer> norm, Dropout dropout) {
        super("");
        this.embedding = part(embedding);
        this.types = types.map(this::part);
        this.positions = positions.map(this::part);
        this.norm = norm.map(this::part);
        this.dropout = part(dropout);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor tokens) {
        Tensor x = embedding.forward(pass, tokens);
        return rest(pass, types.isPresent() ? types.get().forward(pass, x) : x);
    }

    /** @param given the type of each token, I32 [batch pos] */
    Tensor forward(Pass pass, Tensor tokens, Tensor given) {
        TokenTypes known = types.orElseThrow(() -> new IllegalArgumentException("the model knows no types of tokens: n_token_types is 0"));
        return rest(pass, known.forward(pass, embedding.forward(pass, tokens), given));
    }

    /** What follows the sum of a token's rows. */
    private Tensor rest(Pass pass, Tensor rows) {
        Tensor placed = positions.isPresent() ? placed(pass, positions.get(), rows) : rows;
        return dropout.forward(pass, norm.isPresent() ? norm.get().forward(pass, placed) : placed);
    }

    private static Tensor placed(Pass pass, Layer positions, Tensor rows) {
        Tensor placed = positions.forward(pass, rows);
        if (pass.goesOn() && !pass.past().isAsked()) {
            throw new UnsupportedOperationException("the positions do not ask where a pass begins (Pass.first): a sequence cannot go on token by token");
        }
        return placed;
    }
}
