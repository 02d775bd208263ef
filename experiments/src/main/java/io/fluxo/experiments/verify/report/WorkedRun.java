package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.VerdictRow;
import io.fluxo.experiments.verify.Verification;
import io.fluxo.experiments.verify.VerificationResult;
import io.fluxo.experiments.verify.example.Realisation;
import java.util.Optional;

/** The worked example's run, for the pages that show it. */
public final class WorkedRun {

    private WorkedRun() {}

    /**
     * The run of the first block of which the example was realised.
     *
     * @param outcome the result of {@code verification}
     * @return empty where {@code outcome} does not speak of the worked example
     */
    public static Optional<Realisation> of(Verification verification, VerificationResult outcome) {
        return outcome.of("worked-example-realised").stream().filter(row -> row.finding().verdict() != Verdict.SKIPPED).findFirst()
                .map(row -> run(candidate(verification, row), verification));
    }

    private static Candidate candidate(Verification verification, VerdictRow row) {
        return verification.candidates().stream().filter(candidate -> candidate.label().equals(row.placement())).findFirst().orElseThrow();
    }

    private static Realisation run(Candidate candidate, Verification verification) {
        try (Apparatus apparatus = new Apparatus(verification.installed().backends(), verification.installed().catalog(), verification.options())) {
            return Realisation.of(candidate, apparatus.backend(), apparatus.dtype(), apparatus.seed());
        }
    }
}
