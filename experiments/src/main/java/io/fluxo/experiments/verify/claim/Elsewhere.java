package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Check;
import io.fluxo.experiments.verify.Finding;

/** Needs training: the study that decides it. */
record Elsewhere(String command) implements Check {
    @Override
    public Finding of(Candidate candidate, Apparatus apparatus) {
        return Finding.skipped("needs training: run " + command);
    }
}
