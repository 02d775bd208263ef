package io.fluxo.train;

import io.fluxo.model.LanguageModel;
import io.fluxo.setting.PartKind;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a training step can measure besides its loss, on gradients and on the stream between layers. Those that come with Fluxo are in
 * {@link Measures}.
 */
public interface Measure {

    /** {@code measure: [NAME]}; registered under its label. */
    PartKind<Measure> KIND = new PartKind<>("measure", Measure.class, Measure::objection);

    /** What stands beside the figures of measures wherever a step is told, under these names. */
    Set<String> TOLD_OF_EVERY_STEP = Set.of("step", "loss", "lr", "validation_loss");

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

    /** What each of the figures belongs to, in their order: names of matrices. Empty where the figures are those of layers. */
    default List<String> labels(LanguageModel model) {
        return List.of();
    }

    private static Optional<String> objection(String name, Measure measure) {
        if (TOLD_OF_EVERY_STEP.contains(name)) {
            return Optional.of("has the name of something that is told of every step: give it another label");
        }
        return PartKind.differs(name, measure.label()).or(() -> measure.needs() == null || measure.needs().stream().anyMatch(Objects::isNull)
                ? Optional.of("has null for its needs(), or among them") : Optional.empty());
    }
}
