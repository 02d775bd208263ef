package io.fluxo.experiments.study.trial;

import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.experiments.task.Task;
import java.util.OptionalDouble;

/** A trial that is known to be possible: its model has the task's vocabulary, and the task fills its windows. */
public record PreparedTrial(Trial trial, Task task) {

    /** A loss that the task knows of itself; empty where it does not. */
    public OptionalDouble reference(Reference reference) {
        return switch (reference) {
            case UNIGRAM_ENTROPY -> task.unigramEntropy();
            case FLOOR -> task.floor();
        };
    }
}
