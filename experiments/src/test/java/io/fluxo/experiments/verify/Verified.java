package io.fluxo.experiments.verify;

import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One verification of the chapter's claims on the float64 reference, which several tests look at. */
final class Verified {

    static final InstalledParts INSTALLED = Laboratory.open(Optional.empty()).installed();
    static final Claims CLAIMS = INSTALLED.claims();
    static final Apparatus.Options SETTINGS = new Apparatus.Options(new Apparatus.Setup("ejml", DType.F64), 0, 1, 16, Path.of("no-runs"), Optional.empty());
    private static final Apparatus.Options FEW = new Apparatus.Options(SETTINGS.chosen(), 0, 1, 4, SETTINGS.runs(), Optional.empty());
    static final Verification VERIFICATION = new Verification(INSTALLED, CLAIMS.choose(List.of(), Optional.empty()), Candidates.standard(INSTALLED.catalog()), CLAIMS.mutants(), SETTINGS);
    static final VerificationResult OUTCOME = run();

    private Verified() {}

    /** One claim about no block, with its faults, on few cases. */
    static VerificationResult alone(String id) throws InterruptedException {
        return new Verification(INSTALLED, CLAIMS.choose(List.of(id), Optional.empty()), List.of(), CLAIMS.mutants(), FEW).run(1);
    }

    private static VerificationResult run() {
        try {
            return VERIFICATION.run(2);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
