package io.fluxo.experiments.verify.stack;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** Identities of stacks with several streams, and of their streams at initialisation, in the groups {@code algebra} and {@code init}. */
public final class StackClaims {

    private StackClaims() {}

    public static List<Claim> all() {
        return List.of(new KeelIdentity(), new HyperIsPreNorm(), new HyperParallel(), new HyperParallelAsPrinted(), new SiameseStreams(),
                new AttnResShrink());
    }
}
