package io.fluxo.experiments.verify.mixing;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** What the matrices that mix streams do to them over many layers, in the groups {@code algebra} and {@code init}. */
public final class MixingClaims {

    private MixingClaims() {}

    public static List<Claim> all() {
        return List.of(new HyperGain(), new ManifoldNorm(), new SinkhornSides(), new SinkhornNorm());
    }
}
