package io.fluxo.layer;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * A row of W_E for each token id: I32 [batch pos] → [batch pos d_model]. Where a position holds several ids, a key and its value, their rows
 * are added: I32 [batch pos channel] → [batch pos d_model].
 */
public final class Embedding extends Layer {

    private final Parameter table;
    private final HookPoint hook;

    public Embedding(String path, Dim dVocab, Dim dModel, Initializer initializer) {
        super(path);
        table = parameter("W_E", Shape.of(dVocab, dModel), initializer);
        hook = boundary("hook_embed");
    }

    @Override
    protected Tensor compute(Pass pass, Tensor tokens) {
        Tensor rows = pass.gather(table.value(), tokens);
        return pass.at(hook, tokens.rank() == 2 ? rows : pass.sumOver(rows, 2));
    }

    /** W_E [d_vocab d_model]. */
    public Parameter table() {
        return table;
    }
}
