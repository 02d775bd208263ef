package io.fluxo.block;

import io.fluxo.layer.Layer;
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
 */
public record SubLayers(double gain, double outer, Optional<Layer> heads, Optional<Layer> hidden) {

    /** Without a further factor on the matrices whose results join the stream. */
    public SubLayers(double gain, Optional<Layer> heads, Optional<Layer> hidden) {
        this(gain, 1, heads, hidden);
    }

    /** The same with another such factor. */
    public SubLayers withOuterGain(double factor) {
        return new SubLayers(gain, factor, heads, hidden);
    }

    /** No requirements. */
    public static final SubLayers ORDINARY = new SubLayers(1, Optional.empty(), Optional.empty());

    /**
     * Where the sub-layers will stand.
     *
     * @param path   the block: {@code blocks.0}
     * @param nHeads heads of attention
     * @param dMlp   width of the hidden layer
     * @param norm   makes a norm under a path within the block, of a width
     */
    public record Site(String path, Depth depth, Dim nHeads, Dim dMlp, BiFunction<String, Dim, Layer> norm) {}
}
