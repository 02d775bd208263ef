package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.verify.collapse.CollapseClaims;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CollapseClaimsTest {

    static Stream<String> ids() {
        return CollapseClaims.all().stream().map(Claim::id);
    }

    @ParameterizedTest
    @MethodSource("ids")
    void itHasItsVerdictAndSeesItsFaults(String id) throws InterruptedException {
        VerificationResult outcome = Verified.alone(id);
        assertThat(outcome.rows()).singleElement().satisfies(row -> assertThat(row.asExpected()).as("%s", row.finding()).isTrue());
        assertThat(outcome.faults()).isNotEmpty().allSatisfy(control -> assertThat(control.asExpected()).as("%s: %s", control.fault().name(), control.finding()).isTrue());
    }
}
