package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.attention.HeadNorms;
import io.fluxo.layer.norm.NoNorm;
import io.fluxo.shape.Dim;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What a placement requires of its sub-layers.
 *
 * @param gain   factor on the initial values of W_V, W_O and the feed-forward network's matrices
 * @param outer  a further factor on those of W_O and the network's last matrix, whose results join the stream
 * @param heads  layer applied to the heads' results before W_O, [batch n head d_v] → the same
 * @param hidden layer applied to the feed-forward network's hidden layer before W_out, [batch n d_mlp] → the same
 * @param norms  norms of each head's queries, keys and values; {@code qk_norm} has no place beside them
 */
public record SubLayers(double gain, double outer, Optional<Layer> heads, Optional<Layer> hidden, Optional<HeadNorms> norms) {

    /** Without norms within attention. */
    public SubLayers(double gain, double outer, Optional<Layer> heads, Optional<Layer> hidden) {
        this(gain, outer, heads, hidden, Optional.empty());
    }

    /** Without a further factor on the matrices whose results join the stream. */
    public SubLayers(double gain, Optional<Layer> heads, Optional<Layer> hidden) {
        this(gain, 1, heads, hidden);
    }

    /** The same with another such factor. */
    public SubLayers withOuterGain(double factor) {
        return new SubLayers(gain, factor, heads, hidden, norms);
    }

    /** The same with norms of each head's queries, keys and values. */
    public SubLayers withHeadNorms(HeadNorms within) {
        return new SubLayers(gain, outer, heads, hidden, Optional.of(within));
    }

    /** No requirements. */
    public static final SubLayers ORDINARY = new SubLayers(1, Optional.empty(), Optional.empty());

    /**
     * Where the sub-layers will stand.
     *
     * @param path   the block: {@code blocks.0}
     * @param nHeads heads of attention
     * @param dHead  width of one head's queries and keys
     * @param dV     width of one head's values
     * @param dMlp   width of the hidden layer
     * @param norm   makes a norm under a path within the block, of a width
     */
    public record Site(String path, Depth depth, Dim nHeads, Dim dHead, Dim dV, Dim dMlp, BiFunction<String, Dim, Layer> norm) {

        /** A place to ask what a placement wants where no model is at hand: all sizes are 1, and norms do nothing. */
        public static final Site ANYWHERE = new Site("block", Depth.ALONE, Dim.ONE, Dim.ONE, Dim.ONE, Dim.ONE, (path, width) -> new NoNorm(path));
    }
}
