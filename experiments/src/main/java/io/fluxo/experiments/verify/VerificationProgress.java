package io.fluxo.experiments.verify;

/** Is told how far a verification is. */
@FunctionalInterface
public interface VerificationProgress {

    VerificationProgress NONE = (_, _) -> {};

    /**
     * @param claim one that is being checked
     * @param done  the share of all work that is done, from 0 to 1
     */
    void at(String claim, double done);
}
