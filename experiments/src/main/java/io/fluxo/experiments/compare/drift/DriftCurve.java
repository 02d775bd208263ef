package io.fluxo.experiments.compare.drift;

import io.fluxo.tensor.DType;
import java.util.List;

/**
 * How far two backends are apart, as they go on.
 *
 * @param of              what is apart
 * @param backend         the first, in {@code dtype}
 * @param reference       the other, with its type
 * @param seed            of weights and data
 * @param xs              the layers, or steps, from 1
 * @param distances       at each, ‖a − b‖/‖b‖
 * @param lossDifferences at each step, a's loss less b's before the update; empty over depth
 */
public record DriftCurve(DriftAxis axis, DriftOf of, String placement, String backend, String reference, DType dtype, long seed, List<Integer> xs, List<Double> distances,
                         List<Double> lossDifferences) {

    public DriftCurve {
        xs = List.copyOf(xs);
        distances = List.copyOf(distances);
        lossDifferences = List.copyOf(lossDifferences);
        if (xs.size() != distances.size()) {
            throw new IllegalArgumentException("a distance belongs to each place");
        }
    }
}
