package io.fluxo.block;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import java.util.List;

/**
 * Post-norm whose residual carries a constant: x_0 ← N(x_0), x ← N(αx + f(x)), α a key of its own. α = 1 is post-norm of a normalised embedding, α = (2L)^¼ that of
 * {@link DeepNorm}, which changes initial values too.
 */
public record ScaledPost(SkipScale scale) implements Placement {

    @Override
    public List<Key<?>> keys() {
        return List.of(SkipScale.ALPHA);
    }

    @Override
    public Placement with(OwnSettings own) {
        return new ScaledPost(SkipScale.of(own));
    }

    @Override
    public Block block(Parts parts) {
        return new ScaledPostBlock(parts, scale.in(parts.depth()));
    }

    @Override
    public boolean finalNorm() {
        return false;
    }

    @Override
    public boolean embedNorm() {
        return true;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PRESENT).departingFromTheSum("the residual carries αx");
    }
}
