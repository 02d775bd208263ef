package io.fluxo.experiments.verify.initial;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** The group {@code init}: the stream before training. */
public final class InitialClaims {

    private InitialClaims() {}

    public static List<Claim> all() {
        return List.of(new ReluMoment(), new PostNormScale(), new PreNormGrowth(), new PreNormRecursion(), new PostNormCollapse(), new LnScalingGrowth(), new PeriLnLinear(),
                new LayerCosine(), new DeepNormCollapse(), new Gpt2Scaling(), new SquashedGrowth(), new NormSpeed());
    }
}
