package io.fluxo.block;

/**
 * Where a block stands in its stack.
 *
 * @param layer  l, from 1
 * @param layers L
 */
public record Depth(int layer, int layers) {

    /** A block by itself. */
    public static final Depth ALONE = new Depth(1, 1);
}
