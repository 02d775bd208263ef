package io.fluxo.block;

import java.util.Optional;

/** DeepNorm (Wang et al. 2022, table 2, decoder-only and encoder-only): α = (2L)^¼ on the residual, β = (8L)^−¼ on initial values. */
public final class DeepNorm implements Placement {

    /** What the residual is weighed by in a stack of {@code layers}. */
    public static double alpha(int layers) {
        return Math.pow(2.0 * layers, 0.25);
    }

    /** What the initial values of W_V, W_O and the feed-forward network are scaled by in a stack of {@code layers}; W_Q and W_K are not. */
    public static double beta(int layers) {
        return Math.pow(8.0 * layers, -0.25);
    }

    @Override
    public Block block(Parts parts) {
        return new ScaledPostBlock(parts, alpha(parts.depth().layers()));
    }

    @Override
    public boolean finalNorm() {
        return false;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PRESENT).departingFromTheSum("the residual carries αx, α = (2L)^¼");
    }

    @Override
    public SubLayers subLayers(SubLayers.Site site) {
        return new SubLayers(beta(site.depth().layers()), Optional.empty(), Optional.empty());
    }
}
