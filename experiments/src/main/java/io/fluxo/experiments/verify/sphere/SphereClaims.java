package io.fluxo.experiments.verify.sphere;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** Identities of a stream on the sphere, and how it turns at initialisation, in the groups {@code algebra} and {@code init}. */
public final class SphereClaims {

    private SphereClaims() {}

    public static List<Claim> all() {
        return List.of(new SphereSteps(), new SphereAngle());
    }
}
