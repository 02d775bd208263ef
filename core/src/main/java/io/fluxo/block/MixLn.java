package io.fluxo.block;

/** Mix-LN (Li, Yin and Liu 2024): post-norm in the first ⌊aL⌋ blocks, a = ¼, pre-norm in the rest, a final norm after the last. */
public final class MixLn implements Placement {

    private static final double SHARE = 0.25;

    @Override
    public Block block(Parts parts) {
        return parts.depth().layer() <= Math.floor(SHARE * parts.depth().layers()) ? new PostNormBlock(parts) : new PreNormBlock(parts);
    }

    @Override
    public boolean finalNorm() {
        return true;
    }
}
