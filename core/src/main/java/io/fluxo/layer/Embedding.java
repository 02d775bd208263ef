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
    private final double scale;
    private final HookPoint hook;

    public Embedding(String path, Dim dVocab, Dim dModel, Initializer initializer) {
        this(path, dVocab, dModel, 1, initializer);
    }

    /** @param scale factor on every row, which is no part of W_E (Vaswani et al. 2017, section 3.4: √d_model) */
    public Embedding(String path, Dim dVocab, Dim dModel, double scale, Initializer initializer) {
        super(path);
        this.scale = scale;
        table = parameter("W_E", Shape.of(dVocab, dModel), initializer);
        hook = boundary("hook_embed");
    }

    @Override
    protected Tensor compute(Pass pass, Tensor tokens) {
        Tensor rows = pass.gather(table.value(), tokens);
        Tensor summed = tokens.rank() == 2 ? rows : pass.sumOver(rows, 2);
        return pass.at(hook, scale == 1 ? summed : pass.scale(summed, scale));
    }

    /** W_E [d_vocab d_model]. */
    public Parameter table() {
        return table;
    }
}
