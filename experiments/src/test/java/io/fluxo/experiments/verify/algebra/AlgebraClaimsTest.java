package io.fluxo.experiments.verify.algebra;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidates;
import io.fluxo.experiments.verify.InstalledParts;
import io.fluxo.experiments.verify.Verification;
import io.fluxo.experiments.verify.VerificationResult;
import io.fluxo.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlgebraClaimsTest {

    private static final InstalledParts INSTALLED = Laboratory.open(Optional.empty()).installed();

    /** Of another seed than that of the chapter's claims, and with few cases: the verdicts may depend on neither. */
    private static final Apparatus.Options OPTIONS = new Apparatus.Options(new Apparatus.Setup("ejml", DType.F64), 0, 3, 12, Path.of("no-runs"), Optional.empty());

    @Test
    void everyVerdictIsAsExpectedAndEveryFaultIsSeen() throws InterruptedException {
        VerificationResult result = new Verification(INSTALLED, AlgebraClaims.all(), Candidates.standard(INSTALLED.catalog()), INSTALLED.claims().mutants(), OPTIONS).run(2);
        assertThat(result.rows()).hasSameSizeAs(AlgebraClaims.all()).allSatisfy(row -> assertThat(row.finding().verdict())
                .as("%s: %s %s", row.claim().id(), row.finding().measured(), row.finding().counterexample()).isEqualTo(row.claim().expected()));
        assertThat(result.faults()).isNotEmpty().allSatisfy(control -> assertThat(control.finding().verdict())
                .as("%s under %s: %s", control.claim().id(), control.fault().name(), control.finding().measured()).isEqualTo(control.fault().seen()));
        if (System.getProperty("fluxo.show") != null) {
            result.rows().forEach(row -> System.out.printf("%s %s %.2f s%n   %s%n", row.claim().id(), row.finding().verdict(), row.seconds(), row.finding().figures()));
        }
    }
}
