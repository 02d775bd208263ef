package io.fluxo.experiments.verify;

/** How a claim is decided. The verdict comes out of what runs; a check that could not come out otherwise would be none. */
@FunctionalInterface
public interface Check {

    Finding of(Candidate candidate, Apparatus apparatus);

    /** Whether it reads what a study left: then it is no surprise that it is skipped where there is none. */
    default boolean needsARun() {
        return false;
    }
}
