package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.layer.position.PositionKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;

/**
 * The sizes a model's layer is built from: numbers for running it, independent symbols for proving what holds at every size.
 *
 * @param dModel         width of the stream
 * @param nHeads         heads of queries
 * @param nKeyValueHeads heads of keys and values; divides {@code nHeads}
 * @param dHead          width of a head's queries and keys
 * @param dV             width of a head's values
 * @param dMlp           hidden width of the feed-forward network
 * @param nCtx           longest sequence
 * @param dVocab         token ids
 */
public record ModelDims(Dim dModel, Dim nHeads, Dim nKeyValueHeads, Dim dHead, Dim dV, Dim dMlp, Dim nCtx, Dim dVocab) {

    /** Every head of queries with keys and values of its own. */
    public ModelDims(Dim dModel, Dim nHeads, Dim dHead, Dim dV, Dim dMlp, Dim nCtx, Dim dVocab) {
        this(dModel, nHeads, nHeads, dHead, dV, dMlp, nCtx, dVocab);
    }

    /** The numbers of {@code layer} of {@code spec}. */
    public static ModelDims of(ModelSpec spec, LayerSpec layer) {
        return new ModelDims(Dim.of("d_model", spec.get(D_MODEL)), Dim.of("head", layer.get(N_HEADS)), Dim.of("head", layer.keyValueHeads()),
                Dim.of("d_head", layer.headWidth()), Dim.of("d_head", layer.headWidth()), Dim.of("d_mlp", layer.get(D_MLP)),
                Dim.of("n_ctx", spec.get(N_CTX)), Dim.of("d_vocab", spec.get(D_VOCAB)));
    }

    /** A symbol for every size, none related to another. */
    public static ModelDims symbolic() {
        return new ModelDims(Dim.symbol("d_model"), Dim.symbol("n_heads"), Dim.symbol("d_head"), Dim.symbol("d_v"), Dim.symbol("d_mlp"),
                Dim.symbol("n_ctx"), Dim.symbol("d_vocab"));
    }

    /**
     * A symbol for every size of {@code layer}, related only as its specification says: n_heads = groups·n_key_value_heads where keys and
     * values are shared, d_head = 2·m where features are rotated in pairs.
     *
     * @param catalog the parts, which declare how positions enter
     */
    public static ModelDims symbolic(ModelSpec spec, LayerSpec layer, Catalog catalog) {
        ModelDims free = symbolic();
        Dim keyValueHeads = layer.keyValueHeads() == layer.get(N_HEADS) ? free.nHeads() : Dim.symbol("n_key_value_heads");
        Dim heads = layer.keyValueHeads() == layer.get(N_HEADS) ? free.nHeads() : Dim.symbol("groups").times(keyValueHeads);
        boolean inPairs = catalog.find(PositionKind.KIND, spec.get(POSITIONS)).filter(kind -> kind.traits().inPairs()).isPresent();
        Dim headWidth = inPairs ? Dim.of(2).times(Dim.symbol("m")) : free.dHead();
        return new ModelDims(free.dModel(), heads, keyValueHeads, headWidth, free.dV(), free.dMlp(), free.nCtx(), free.dVocab());
    }
}
