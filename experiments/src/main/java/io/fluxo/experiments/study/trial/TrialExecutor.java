package io.fluxo.experiments.study.trial;

import io.fluxo.experiments.task.Task;
import java.nio.file.Path;

/** Trains a trial's model on a backend. Called from several threads at once, for different trials. */
@FunctionalInterface
public interface TrialExecutor {

    /**
     * @param modelDirectory where the trained model is written; exists, and is empty unless a model is being replaced
     * @throws Exception if the trial cannot be carried out: it is then recorded as failed, and the study continues
     */
    TrialOutcome execute(Trial trial, Task task, Path modelDirectory, TrialListener listener) throws Exception;
}
