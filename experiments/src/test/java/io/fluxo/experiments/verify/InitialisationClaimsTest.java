package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The groups about models before training: every claim that takes a few seconds has the verdict that is expected of it, and sees the faults that are planted beneath it. The others are held by
 * {@link ClaimsPageTest} to the last full run.
 */
class InitialisationClaimsTest {

    private static final double FEW = 5;

    @ParameterizedTest
    @CsvSource({"init, 18", "gradient, 3"})
    void everyClaimOfTheGroupIsAsExpectedAndSeesItsFaults(String group, int claims) throws InterruptedException {
        List<Claim> chosen = Verified.CLAIMS.choose(List.of(), Optional.of(group)).stream().filter(claim -> claim.seconds() < FEW).toList();
        VerificationResult result = new Verification(Verified.INSTALLED, chosen, List.of(), Verified.CLAIMS.mutants(), Verified.SETTINGS).run(2);
        assertThat(result.rows()).hasSize(claims).allSatisfy(row -> assertThat(row.finding().verdict()).as("%s: %s", row.claim().id(), row.finding().measured())
                .isEqualTo(row.expected()));
        assertThat(result.faults()).hasSizeGreaterThanOrEqualTo(claims).allSatisfy(control -> assertThat(control.asExpected()).as("%s: %s", control.fault().name(),
                control.finding().measured()).isTrue());
        assertThat(result.rows()).allSatisfy(row -> assertThat(row.finding().figures()).as(row.claim().id()).isNotEmpty());
    }
}
