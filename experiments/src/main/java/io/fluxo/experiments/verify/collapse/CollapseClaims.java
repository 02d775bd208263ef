package io.fluxo.experiments.verify.collapse;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** The group {@code rank-collapse}: tokens that attention makes alike. */
public final class CollapseClaims {

    private CollapseClaims() {}

    public static List<Claim> all() {
        return List.of(new RankCollapse(), new CollapseAblation(), new CollapseVariants(), new CollapsePrevented());
    }
}
