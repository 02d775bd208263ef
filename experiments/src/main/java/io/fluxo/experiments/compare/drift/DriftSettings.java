package io.fluxo.experiments.compare.drift;

import io.fluxo.text.Text;
import java.util.List;

/**
 * How much is run.
 *
 * @param placements    of the models
 * @param seeds         of weights, tokens and data
 * @param layers        of the models that are looked at layer by layer
 * @param trainedLayers of the models that are trained
 * @param steps         of training, all of which are looked at
 */
public record DriftSettings(List<String> placements, int seeds, int layers, int trainedLayers, int steps) {

    /** Some seconds on two cores. */
    public static final DriftSettings SHORT = new DriftSettings(List.of("pre", "post"), 5, 24, 2, 40);

    private static final int FEWEST_POINTS = 3;

    public DriftSettings {
        placements = List.copyOf(placements);
        if (seeds < 1 || trainedLayers < 1 || layers < FEWEST_POINTS || steps < FEWEST_POINTS) {
            throw new IllegalArgumentException(Text.format("a slope needs a seed, and at least %d layers and steps; %d seeds, %d layers, %d steps are asked for", FEWEST_POINTS, seeds,
                    layers, steps));
        }
    }
}
