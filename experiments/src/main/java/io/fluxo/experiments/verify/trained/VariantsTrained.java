package io.fluxo.experiments.verify.trained;

import io.fluxo.experiments.verify.Claim;
import java.util.ArrayList;
import java.util.List;

/** The group {@code trained-variants}: what the papers of 2024 to 2026 say of training, at a size where it takes seconds. */
public final class VariantsTrained {

    private VariantsTrained() {}

    public static List<Claim> all() {
        List<Claim> claims = new ArrayList<>();
        claims.addAll(SinkTrigger.ALL);
        claims.add(new SkipScaleTrained());
        claims.addAll(KeelRates.ALL);
        claims.add(new NormRemoval());
        claims.add(new DytRegime());
        claims.addAll(NormOptimizer.ALL);
        claims.add(new SmallScaleVariants());
        return List.copyOf(claims);
    }
}
