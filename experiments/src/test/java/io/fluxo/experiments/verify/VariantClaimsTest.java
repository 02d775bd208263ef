package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.verify.stack.StackClaims;
import io.fluxo.experiments.verify.variant.VariantClaims;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Claims of algebra about attention's variants, norms without statistics and stacks of several streams, one by one on few cases. {@link InitialisationClaimsTest} holds those at initialisation. */
class VariantClaimsTest {

    static Stream<String> ids() {
        return Stream.of(VariantClaims.all(), StackClaims.all()).flatMap(List::stream).filter(claim -> claim.group().equals("algebra")).map(Claim::id);
    }

    @ParameterizedTest
    @MethodSource("ids")
    void itHasItsVerdictAndSeesItsFaults(String id) throws InterruptedException {
        VerificationResult outcome = Verified.alone(id);
        assertThat(outcome.rows()).singleElement().satisfies(row -> assertThat(row.asExpected()).as("%s", row.finding()).isTrue());
        List<FaultControl> faults = outcome.faults();
        assertThat(faults).isNotEmpty().allSatisfy(control -> assertThat(control.asExpected()).as("%s: %s", control.fault().name(), control.finding()).isTrue());
    }
}
