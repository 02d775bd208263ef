package io.fluxo.block;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import java.util.List;

/** Keel (arXiv 2601.19895): x ← N(αx + f(N(x))), α = 2L unless it is given. */
public record Keel(SkipScale scale) implements Placement {

    @Override
    public List<Key<?>> keys() {
        return List.of(SkipScale.ALPHA);
    }

    @Override
    public Placement with(OwnSettings own) {
        return new Keel(SkipScale.of(own));
    }

    @Override
    public Block block(Parts parts) {
        return new KeelBlock(parts, scale.in(parts.depth()));
    }

    @Override
    public boolean finalNorm() {
        return false;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PRESENT).departingFromTheSum("the residual carries αx");
    }
}
