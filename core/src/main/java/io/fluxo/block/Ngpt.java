package io.fluxo.block;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import java.util.List;

/**
 * The stream on the sphere.
 *
 * @param alpha α of every feature at first
 */
public record Ngpt(double alpha) implements Placement {

    public static final Key<Double> ALPHA = Key.of("alpha", Type.real(Range.POSITIVE), 0.05, "how far each sub-layer moves the stream towards what it returns, at first");

    /** α = .05, as the authors' code begins. */
    public static final Ngpt STANDARD = new Ngpt(ALPHA.standard());

    @Override
    public List<Key<?>> keys() {
        return List.of(ALPHA);
    }

    @Override
    public Placement with(OwnSettings own) {
        return new Ngpt(own.get(ALPHA));
    }

    @Override
    public Block block(Parts parts) {
        return new SphereBlock(parts, alpha);
    }

    @Override
    public boolean finalNorm() {
        return false;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withoutNorms().withResidual(Traits.ResidualUse.PLAIN).normalisingTheBranch()
                .departingFromTheSum("the stream moves on the sphere towards the direction of what attention returns");
    }
}
