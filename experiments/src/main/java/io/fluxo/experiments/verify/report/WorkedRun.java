package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidates;
import io.fluxo.experiments.verify.Installed;
import io.fluxo.experiments.verify.VerificationResult;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.example.Realisation;
import java.util.Optional;

/** The worked example's run, for the pages that show it. */
public final class WorkedRun {

    private WorkedRun() {}

    /** Empty where {@code outcome} does not speak of the worked example. */
    public static Optional<Realisation> of(Installed installed, VerificationResult outcome) {
        return outcome.of("worked-example-realised").stream().filter(row -> row.finding().verdict() != Verdict.SKIPPED).findFirst().map(row -> {
            try (Apparatus apparatus = new Apparatus(installed.backends(), outcome.settings())) {
                var candidate = Candidates.named(row.placement(), installed);
                return Realisation.of(candidate, apparatus.backend(), apparatus.dtype(), apparatus.seed());
            }
        });
    }
}
