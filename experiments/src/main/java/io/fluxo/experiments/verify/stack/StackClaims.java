package io.fluxo.experiments.verify.stack;

import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.mixing.MixingClaims;
import io.fluxo.experiments.verify.sphere.SphereClaims;
import java.util.ArrayList;
import java.util.List;

/** Identities of stacks with several streams, and of their streams at initialisation, in the groups {@code algebra} and {@code init}. */
public final class StackClaims {

    private StackClaims() {}

    public static List<Claim> all() {
        List<Claim> claims = new ArrayList<>(List.of(new KeelIdentity(), new HyperIsPreNorm(), new HyperParallel(), new HyperParallelAsPrinted(), new SiameseStreams(), new SiameseScale(),
                new AttnResInit(), new AttnResDilution(), new AttnResShrink(), new HybridNormBounds(), new PrePostBridge(), new KeelShortcut(), new KeelShortcutGradient(), new DeltaSpectrum(),
                new DeltaJacobian(), new ManifoldSilent()));
        claims.addAll(MixingClaims.all());
        claims.addAll(SphereClaims.all());
        return List.copyOf(claims);
    }
}
