package io.fluxo.proof;

import io.fluxo.block.Placement;
import io.fluxo.layer.Attention;
import io.fluxo.layer.Pass;
import io.fluxo.model.Catalog;
import io.fluxo.tensor.Tensor;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Attention taken away when a model is built: zeros in its place, without parameters. A block that brings an attention of its own keeps it;
 * {@link AttentionSilencer} reaches that too.
 */
public final class SilencedAttention extends Attention {

    public SilencedAttention(String path) {
        super(path);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        return pass.expand(pass.zerosLike(x), x.shape());
    }

    /** {@code catalog} with attention silenced in every block. */
    public static Catalog everywhere(Catalog catalog) {
        return in(catalog, path -> true);
    }

    /** {@code catalog} with attention silenced in the blocks whose path {@code blocks} accepts: {@code blocks.0}. */
    public static Catalog in(Catalog catalog, Predicate<String> blocks) {
        SortedMap<String, Placement> placements = new TreeMap<>();
        catalog.placements().forEach((name, placement) -> placements.put(name, placement.with(
                parts -> blocks.test(parts.path()) ? parts.withAttention(new SilencedAttention(parts.attention().path())) : parts)));
        return new Catalog(placements, catalog.norms());
    }
}
