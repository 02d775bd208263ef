package io.fluxo.experiments.study.trial;

import java.nio.file.Path;
import java.util.List;

/** What an executor tells while a trial runs. Called from the trial's own thread. */
public interface TrialListener {

    /** A sentence that was proved about the trial's model before it was trained. */
    void proved(String sentence);

    /** What the entries of a measure's arrays are, in their order; without it they are layers 0, 1, …. Call it before the first step. */
    void labels(String measure, List<String> entries);

    /** A step is done. Every step is told, in order; a loss that is not finite ends the trial as diverged. */
    void step(StepMetrics metrics);

    /** A number that was measured of the trained model, named in snake_case: {@code accuracy}. */
    void figure(String name, double value);

    /** Values along an axis that were measured of the trained model. */
    void curve(AxisCurve curve);

    /**
     * A file in which the trial may leave what it can go on from after an interruption, with a name of its own so that it is whole or not there.
     * Steps have to be told before they are contained in it.
     */
    Path checkpoint();

    /** Whether the trial may go on to more steps when it is finished: it then leaves a checkpoint after its last step too. */
    boolean goesFurther();

    /** Identifies everything that was told of the steps so far; belongs into the checkpoint. */
    String told();

    /**
     * Goes on after {@code step}, as left in {@link #checkpoint}: the next step told is the one after it.
     *
     * @param told what {@link #told} was after that step
     * @return false if what was told of the steps until then is not there any more: the trial then begins at the first step
     */
    boolean goesOnAfter(int step, String told);

    /** The checkpoint cannot be gone on from, for the reason {@code why}: the trial begins at the first step. */
    void beginsAnew(String why);

    /** Whether the trial should stop now: asked after every step, answered by leaving a {@link #checkpoint} and returning {@link TrialOutcome.Ending#CANCELLED}. */
    boolean cancelled();
}
