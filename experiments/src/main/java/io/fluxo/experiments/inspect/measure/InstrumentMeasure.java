package io.fluxo.experiments.inspect.measure;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.setting.PartKind;
import java.util.List;
import java.util.Optional;

/**
 * What an instrument measures of a trained model: {@code measure: [lens_kl_by_layer]}. It is measured once, after the last step. Those that come with Fluxo are in
 * {@link InstrumentMeasures}.
 */
public interface InstrumentMeasure {

    /** Registered under its label. */
    PartKind<InstrumentMeasure> KIND = new PartKind<>("instrument measure", InstrumentMeasure.class, (name, measure) -> PartKind.differs(name, measure.label()));

    /** How a measure is called that has a figure for each place of the stream. */
    String BY_LAYER = "_by_layer";

    /** As written in YAML and in results. One that ends in {@code _by_layer} has a figure for each of x_0 … x_L, any other is one number. */
    String label();

    /**
     * Why it has no meaning on a model; empty where it has one.
     *
     * @param model as {@code spec} says, before it has weights
     */
    Optional<String> against(ModelSpec spec, Transformer model);

    /**
     * The figures.
     *
     * @param texts token ids that the model reads, each as long as its context at most; there are some
     */
    double[] figures(Inspected subject, List<int[]> texts);

    /** Whether there is a figure for each of x_0 … x_L. */
    default boolean byLayer() {
        return label().endsWith(BY_LAYER);
    }
}
