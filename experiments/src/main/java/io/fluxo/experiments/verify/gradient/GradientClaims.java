package io.fluxo.experiments.verify.gradient;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** The group {@code gradient}: what reaches parameters and the stream before training. */
public final class GradientClaims {

    private GradientClaims() {}

    public static List<Claim> all() {
        return List.of(new PostNormDecay(), new PreNormProfile(), new QueryKeyDeath(), new LastLayerGradient(), new Amplification());
    }
}
