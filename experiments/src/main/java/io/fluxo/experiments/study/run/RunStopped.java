package io.fluxo.experiments.study.run;

/** The user stopped the run: what was finished is kept, and it can be continued. */
public final class RunStopped extends Exception {

    public RunStopped() {
        super("the run was stopped", null, false, false);
    }
}
