package io.fluxo.architecture;

import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Part;
import io.fluxo.setting.PartKind;
import java.util.Map;
import java.util.Optional;

/**
 * A kind of model that other programs write: what {@code "model_type": NAME} in a config.json stands for. It says how such a configuration reads as a
 * specification, and in which tensors the values of each cell lie.
 */
public interface Architecture extends Part<Architecture> {

    PartKind<Architecture> KIND = Part.kind("architecture", Architecture.class, architecture -> architecture.layout(ModelSpec.DEFAULT));

    /**
     * The model that {@code config} describes. Every key that is not asked for is refused afterwards: what does not matter has to be named with
     * {@link Config#passOver}.
     *
     * @throws ConfigException where it is not computed here
     */
    ModelSpec spec(Config config);

    /** Where the values of each cell of {@code spec}'s model lie. */
    Layout layout(ModelSpec spec);

    /**
     * The configuration whose {@link #spec} is {@code spec}, as far as this architecture can say it. Whether it is the same model is found by reading it
     * back. Empty where models are only read.
     *
     * @return key → value: texts, numbers, truth values, lists and maps of these
     */
    default Optional<Map<String, Object>> config(ModelSpec spec) {
        return Optional.empty();
    }
}
