package io.fluxo.experiments.compare.drift;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The places of a curve that a rate is taken from: those at which the two differ at all, before the first jump. Over steps, distances grow little by little, by a fifth in
 * a step at most once the first ones are over, until a rounding decides which way a step goes: then they are several times as large from one step to the next, and what
 * follows is another story.
 */
final class Stretch {

    private static final int SETTLED = 10;
    private static final double JUMP = 1.5;

    private final List<Double> distances;
    private final int end;

    private Stretch(List<Double> distances, int end) {
        this.distances = distances;
        this.end = end;
    }

    static Stretch of(DriftCurve curve) {
        return new Stretch(curve.distances(), switch (curve.axis()) {
            case DEPTH -> curve.distances().size();
            case STEPS -> firstJump(curve.distances());
        });
    }

    private static int firstJump(List<Double> distances) {
        int i = SETTLED;
        while (i < distances.size() && distances.get(i) <= JUMP * distances.get(i - 1)) {
            i++;
        }
        return Math.min(i, distances.size());
    }

    boolean endsInAJump() {
        return end < distances.size();
    }

    /** Indices. */
    int[] places() {
        return IntStream.range(0, end).filter(i -> distances.get(i) > 0 && Double.isFinite(distances.get(i))).toArray();
    }
}
