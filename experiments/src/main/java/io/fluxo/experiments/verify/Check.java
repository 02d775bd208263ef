package io.fluxo.experiments.verify;

/** How a claim is decided. The verdict comes out of what runs; a check that could not come out otherwise would be none. */
@FunctionalInterface
public interface Check {

    Finding of(Candidate candidate, Apparatus apparatus);
}
