package io.fluxo.model;

import io.fluxo.shape.Dim;

/**
 * The sizes a model is built from: numbers for running it, independent symbols for proving what holds at every size.
 *
 * @param dModel width of the stream
 * @param nHeads heads
 * @param dHead  width of a head's queries and keys
 * @param dV     width of a head's values
 * @param dMlp   hidden width of the feed-forward network
 * @param nCtx   longest sequence
 * @param dVocab token ids
 */
public record ModelDims(Dim dModel, Dim nHeads, Dim dHead, Dim dV, Dim dMlp, Dim nCtx, Dim dVocab) {

    /** The numbers of {@code spec}. */
    public static ModelDims of(ModelSpec spec) {
        return new ModelDims(Dim.of("d_model", spec.dModel()), Dim.of("head", spec.nHeads()), Dim.of("d_head", spec.headWidth()),
                Dim.of("d_head", spec.headWidth()), Dim.of("d_mlp", spec.dMlp()), Dim.of("n_ctx", spec.nCtx()), Dim.of("d_vocab", spec.dVocab()));
    }

    /** A symbol for every size, none related to another. */
    public static ModelDims symbolic() {
        return new ModelDims(Dim.symbol("d_model"), Dim.symbol("n_heads"), Dim.symbol("d_head"), Dim.symbol("d_v"), Dim.symbol("d_mlp"),
                Dim.symbol("n_ctx"), Dim.symbol("d_vocab"));
    }
}
