package io.fluxo.experiments.verify.trained;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** The group {@code trained}: what comes of training. */
public final class TrainedClaims {

    private TrainedClaims() {}

    public static List<Claim> all() {
        return List.of(new WarmUp(), new BigramLimit(), new InductionDepth(), new NanoGpt(), new NanoGptOnGpu());
    }
}
