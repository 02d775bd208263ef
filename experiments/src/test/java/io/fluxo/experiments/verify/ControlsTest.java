package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControlsTest {

    static List<Mutant> mutants() {
        return Verified.CLAIMS.mutants();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isRefutedByExactlyTheClaimsItBreaks(Mutant mutant) {
        List<Control> controls = of(mutant);
        assertThat(controls).allSatisfy(control -> assertThat(control.finding().verdict())
                .as("%s: %s %s", control.claim().id(), control.finding().measured(), control.finding().counterexample()).isEqualTo(control.expected()));
        Set<String> refuted = controls.stream().filter(control -> control.finding().verdict() == Verdict.REFUTED && control.claim()
                .expected() != Verdict.REFUTED)
                .map(control -> control.claim().id()).collect(Collectors.toCollection(TreeSet::new));
        assertThat(refuted).isEqualTo(named(mutant)).isNotEmpty();
        assertThat(controls).filteredOn(control -> control.finding().verdict() == Verdict.REFUTED).allSatisfy(control ->
                assertThat(control.finding().counterexample()).as(control.claim().id()).isNotBlank());
    }

    @Test
    void everyCheckOfABlockFailsForSomeMutantOrIsFalseOfAllOthers() {
        assertThat(Verified.CLAIMS.all()).filteredOn(claim -> claim.scope() != Scope.NONE).hasSizeGreaterThan(20).allSatisfy(claim -> {
            assertThat(claim.refutesNone()).as(claim.id()).isEmpty();
            assertThat(claim.expected() == Verdict.REFUTED ? claim.trueOf() : claim.refuted()).as(claim.id()).isNotEmpty();
        });
    }

    @Test
    void everyClaimThatIsExpectedToHoldRefutesAMutantOrSaysWhyNot() {
        assertThat(Verified.CLAIMS.all()).filteredOn(claim -> claim.expected() == Verdict.HOLDS || claim.expected() == Verdict.PROVED)
                .allSatisfy(claim -> assertThat(claim.refuted().isEmpty() && claim.faults().isEmpty()).as(claim.id()).isEqualTo(!claim.refutesNone().isEmpty()));
    }

    @Test
    void everyMutantIsHeldAgainstEveryClaimOfItsKindOfBlock() {
        long pairs = mutants().stream().mapToLong(mutant -> Verified.CLAIMS.all().stream().filter(claim -> claim.scope().covers(mutant.equations())).count()).sum();
        assertThat(Verified.OUTCOME.controls()).hasSize((int) pairs).hasSizeGreaterThan(200);
    }

    @Test
    void aCounterexampleIsSmallAndComesAgainFromTheSameSeed() throws InterruptedException {
        Mutant mutant = Verified.CLAIMS.mutant("mutant-leaky-mask").orElseThrow();
        Finding first = of(mutant).stream().filter(control -> control.claim().id().equals("theorem-1")).findFirst().orElseThrow().finding();
        assertThat(first.counterexample()).contains("1 sequence of 2 tokens").contains("causal mask").contains("h_1 changed").contains("when x_2 changed");
        VerificationResult again = new Verification(Verified.INSTALLED, Verified.CLAIMS.choose(List.of("theorem-1"), Optional.empty()),
                List.of(mutant.candidate(Verified.INSTALLED.catalog())), List.of(), Verified.SETTINGS).run(1);
        assertThat(again.rows().getFirst().finding()).isEqualTo(first);
    }

    /** The claims that say they refute {@code mutant}. */
    private static Set<String> named(Mutant mutant) {
        return Verified.CLAIMS.all().stream().filter(claim -> claim.refutes(mutant)).map(Claim::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Control> of(Mutant mutant) {
        return Verified.OUTCOME.controls().stream().filter(control -> control.mutant().equals(mutant)).toList();
    }
}
