package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Claim;
import java.util.ArrayList;
import java.util.List;

/** The chapter's claims, in its order. */
public final class ChapterClaims {

    private ChapterClaims() {}

    public static List<Claim> all() {
        List<Claim> claims = new ArrayList<>();
        claims.addAll(PostNormEquation.ALL);
        claims.add(new PreNorm());
        claims.addAll(Diagram.ALL);
        claims.add(new PrintedSums());
        claims.add(new PrintedNorms());
        claims.add(new PrintedNumbersRealised());
        claims.add(new ResidualIdentity());
        claims.add(new ResidualInjectivity());
        claims.add(new ResidualTrains());
        claims.add(new NormGradient());
        claims.add(new FeedForwardNonlinear());
        claims.add(new WellBehaved());
        claims.add(new OnlyAttentionMixes());
        claims.add(new SequencesApart());
        claims.add(new ContextIncludesSelf());
        claims.add(new AssociativeRecall());
        claims.add(new RecallTrained());
        claims.add(new Propagation());
        claims.add(new DimensionPreserved());
        claims.add(new OwnInformation());
        claims.add(new Roles());
        claims.addAll(NotTestable.ALL);
        return List.copyOf(claims);
    }
}
