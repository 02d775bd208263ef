package io.fluxo.experiments.spec;

import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Key;
import io.fluxo.setting.Settings;
import io.fluxo.train.TrainingSpec;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** The three sections of settings that determine one training. Their keys are named with a dot: {@code model.placement}. */
public interface Sections {

    TaskSpec task();

    ModelSpec model();

    TrainingSpec training();

    /** Name → section, in the order in which they are written. */
    default SequencedMap<String, Settings<?>> sections() {
        SequencedMap<String, Settings<?>> sections = new LinkedHashMap<>();
        sections.put("task", task());
        sections.put("model", model());
        sections.put("training", training());
        return sections;
    }

    /** The key that {@code dotted} names; empty where there is none. */
    default Optional<Key<?>> key(String dotted) {
        int dot = dotted.indexOf('.');
        return dot < 0 ? Optional.empty() : Optional.<Settings<?>>ofNullable(sections().get(dotted.substring(0, dot)))
                .flatMap(section -> section.keys().find(dotted.substring(dot + 1)));
    }
}
