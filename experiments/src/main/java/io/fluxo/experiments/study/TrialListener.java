package io.fluxo.experiments.study;

import io.fluxo.train.Measure;
import java.util.List;

/** What an executor tells while a trial runs. Called from the trial's own thread. */
public interface TrialListener {

    /** A sentence that was proved about the trial's model before it was trained. */
    void proved(String sentence);

    /** What the entries of a measure's arrays are, in their order; without it they are layers 0, 1, …. Call it before the first step. */
    void labels(Measure measure, List<String> entries);

    /** A step is done. Every step is told, in order; a loss that is not finite ends the trial as diverged. */
    void step(StepMetrics metrics);

    /** Whether the trial should stop now: asked after every step, answered by returning {@link TrialOutcome.Ending#CANCELLED}. */
    boolean cancelled();
}
