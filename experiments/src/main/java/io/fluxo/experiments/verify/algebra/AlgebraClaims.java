package io.fluxo.experiments.verify.algebra;

import io.fluxo.experiments.verify.Claim;
import java.util.List;

/** The group {@code algebra}: what holds exactly, for all weights and inputs. */
public final class AlgebraClaims {

    private AlgebraClaims() {}

    public static List<Claim> all() {
        return List.of(new LayerNormJacobian(), new LayerNormInvariance(), new RmsNormShift(), new ResidualSum(), new PlainSumOfPostNorm(),
                new HeadSum(), new PathExpansion(), new PreRmsEquivalence(), new ValueNorms(), new KeySelectability(), new KeysWithoutNorm(),
                new Causality(), new PermutationEquivariance(), new RopeDistance(), new ReZeroIdentity(), new DynamicTanhBounds(),
                new DeepNormConstants(), new LensIdentity(), new BoundedByQkNorm(), new BoundedBySoftCap());
    }
}
