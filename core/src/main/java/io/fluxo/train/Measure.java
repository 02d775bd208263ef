package io.fluxo.train;

import io.fluxo.setting.PartKind;
import java.util.Set;

/**
 * What a training step can measure besides its loss, on gradients and on the stream between layers. Those that come with Fluxo are in
 * {@link Measures}.
 */
public interface Measure {

    /** {@code measure: [NAME]}; registered under its label. */
    PartKind<Measure> KIND = new PartKind<>("measure", Measure.class);


    /** As written in YAML and in metrics: {@code token_similarity}. No two measures share one. */
    String label();

    /** What it computes its figures from. */
    Set<Evidence.Kind> needs();

    /**
     * The figures of one step.
     *
     * @param evidence holds what this measure {@link #needs}
     * @return one figure for each layer, or for each of whatever the measure tells apart
     */
    double[] figures(Evidence evidence);
}
