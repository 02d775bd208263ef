package io.fluxo.experiments.verify.variant;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** Identities of attention's variants and of norms without statistics, in the group {@code algebra}. */
public final class VariantClaims {

    private VariantClaims() {}

    public static List<Claim> all() {
        return List.of(new SinkLogit(), new SoftpickRows(), new DifferentialRows(), new GatedOutput(), new ValueResidualSplit(), new RowSum(),
                OwnWeight.ofSoftpick(), OwnWeight.ofDifferential(), new DerfBounds(), new FrozenNorms());
    }
}
