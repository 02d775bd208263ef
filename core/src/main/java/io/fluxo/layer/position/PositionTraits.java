package io.fluxo.layer.position;

/**
 * What a {@link PositionKind} declares about itself.
 *
 * @param throughScores whether positions enter through attention's scores
 * @param inPairs       whether features are turned in pairs: d_head is even, {@code rope_theta} and {@code rope_layout} are read
 * @param learned       whether there is a trained vector for each position, so that {@code n_ctx} belongs to the parameters
 */
public record PositionTraits(boolean throughScores, boolean inPairs, boolean learned) {

    /** Added to the embedding, untrained; or no positions at all. */
    public static final PositionTraits ADDED = new PositionTraits(false, false, false);

    /** Added to the embedding, a trained vector for each position. */
    public static final PositionTraits LEARNED = new PositionTraits(false, false, true);

    /** Queries and keys are turned in pairs of features. */
    public static final PositionTraits TURNED = new PositionTraits(true, true, false);

    /** Something is added to the scores. */
    public static final PositionTraits SCORED = new PositionTraits(true, false, false);
}
