package io.fluxo.block;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import java.util.List;

/**
 * Deep Delta learning with blocks that are awake at first.
 *
 * @param beta β at first. The authors' code begins at 2e-6, with blocks that do nothing
 */
public record DeepDelta(double beta) implements Placement {

    public static final Key<Double> BETA = Key.of("beta", Type.real(Range.POSITIVE), 1.0,
            "how far each sub-layer moves the stream along its direction at first: 1 replaces what lies there, 2 would reflect; below 2");

    /** β = 1. */
    public static final DeepDelta STANDARD = new DeepDelta(BETA.standard());

    @Override
    public List<Key<?>> keys() {
        return List.of(BETA);
    }

    @Override
    public Placement with(OwnSettings own) {
        if (own.get(BETA) >= 2) {
            throw new IllegalArgumentException("needs a beta below 2: β = 2σ(…) reaches 2 nowhere");
        }
        return new DeepDelta(own.get(BETA));
    }

    @Override
    public Block block(Parts parts) {
        return new DeltaBlock(parts, beta);
    }

    @Override
    public boolean finalNorm() {
        return true;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PLAIN).departingFromTheSum("what attention returns is a direction along which the stream is moved");
    }
}
