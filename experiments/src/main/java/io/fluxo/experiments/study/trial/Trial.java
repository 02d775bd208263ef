package io.fluxo.experiments.study.trial;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Sections;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.train.TrainingSpec;
import java.util.Map;
import java.util.Set;

/**
 * One training run of a study.
 *
 * @param id       names its folder: {@code placement=post,warmup=125,seed=2}
 * @param variant  names the point of the grid as it is shown: {@code placement=post,warmup=125}
 * @param vary     the point of the grid, dotted key → value
 * @param seed     of initialisation, data and dropout
 * @param model    with {@code dVocab} filled in once the task is open
 * @param measures what is measured besides the loss, in the order in which it is written
 */
public record Trial(String id, String variant, Map<String, Object> vary, long seed, ModelSpec model, TrainingSpec training, TaskSpec task,
                    Set<String> measures) implements Sections {

    /** Measurements by layer that a whole trial leaves, at least; at most about twice as many. */
    private static final int MEASUREMENTS = 50;

    public Trial withModel(ModelSpec other) {
        return new Trial(id, variant, vary, seed, other, training, task, measures);
    }

    /** The same with another number of steps. */
    public Trial withSteps(int steps) {
        return new Trial(id, variant, vary, seed, model, training.with(STEPS, steps), task, measures);
    }

    /**
     * Whether what is measured by layer is measured at {@code step}, counted from 1: first, last, and every so often between. The interval is a
     * power of two, so that a trial which continues to more steps was measured wherever a longer one is.
     */
    public boolean measuredAt(int step) {
        int interval = Integer.highestOneBit(Math.max(1, training.get(STEPS) / MEASUREMENTS));
        return step == 1 || step % interval == 0 || step == training.get(STEPS);
    }
}
