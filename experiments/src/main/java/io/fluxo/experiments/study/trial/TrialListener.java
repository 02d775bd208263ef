package io.fluxo.experiments.study.trial;

import java.nio.file.Path;
import java.util.List;

/** Receives what an executor reports while a trial runs. Called from the trial's own thread. */
public interface TrialListener {

    /** A sentence was proved of the program that the trial trained. */
    void proved(String sentence);

    /** A sentence could not be proved of it; it says why. */
    void notProved(String sentence);

    /** What the entries of a measure's arrays are, in their order; without it they are layers 0, 1, …. Call it before the first step. */
    void labels(String measure, List<String> entries);

    /** A step is done. Every step is reported, in order; a loss that is not finite ends the trial as diverged. */
    void step(StepMetrics metrics);

    /** A number that was measured of the trained model, named in snake_case: {@code accuracy}. */
    void figure(String name, double value);

    /** Values along an axis that were measured of the trained model. */
    void curve(AxisCurve curve);

    /**
     * A file in which the trial may save the state that it resumes from after an interruption. It is replaced as a whole. Steps have to be reported
     * before they are contained in it.
     */
    Path checkpoint();

    /** Whether the trial may continue to more steps when it is finished: it then leaves a checkpoint after its last step too. */
    boolean goesFurther();

    /** Identifies everything that was reported of the steps so far; belongs into the checkpoint. */
    String told();

    /**
     * Resumes after {@code step}, as saved in {@link #checkpoint}: the next step reported is the one after it.
     *
     * @param told what {@link #told} was after that step
     * @return false if the reports of the steps until then are not there any more: the trial then begins at the first step
     */
    boolean goesOnAfter(int step, String told);

    /** The checkpoint cannot be resumed from, for the reason {@code why}: the trial begins at the first step. */
    void beginsAnew(String why);

    /** Whether the trial should stop now: asked after every step, answered by leaving a {@link #checkpoint} and returning {@link TrialOutcome.Ending#CANCELLED}. */
    boolean cancelled();
}
