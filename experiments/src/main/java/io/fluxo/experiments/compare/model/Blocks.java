package io.fluxo.experiments.compare.model;

import io.fluxo.block.Placement;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import java.util.List;

/** One block of each placement, as a model of one layer. */
public final class Blocks {

    /** Ragged, so that kernels come to the rests of rows; all norms have gains, and the feed-forward network a smooth nonlinearity. */
    private static final ModelSpec SMALL = ModelSpec.DEFAULT.with(ModelSpec.N_LAYERS, 1).with(ModelSpec.D_MODEL, 18).with(ModelSpec.N_HEADS, 2).with(ModelSpec.D_MLP, 21)
            .with(ModelSpec.N_CTX, 5).with(ModelSpec.D_VOCAB, 11).with(ModelSpec.NORM_AFFINE, true).with(ModelSpec.ACT_FN, "gelu_tanh");

    private Blocks() {}

    /** Of all placements that {@code catalog} has. */
    public static List<ModelComparison> of(Catalog catalog) {
        return catalog.all(Placement.KIND).keySet().stream().map(placement -> new ModelComparison("block " + placement, SMALL.with(ModelSpec.PLACEMENT, placement), catalog, 1)).toList();
    }
}
