package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Check;
import io.fluxo.experiments.verify.Finding;

/** No computation here decides it. */
record NotTestable(String why) implements Check {
    @Override
    public Finding of(Candidate candidate, Apparatus apparatus) {
        return Finding.notTestable(why);
    }
}
