package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.verify.claim.Groups;
import io.fluxo.experiments.verify.mutant.Mutants;
import java.util.HashSet;
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
        return Mutants.all();
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
        assertThat(refuted).isEqualTo(new TreeSet<>(mutant.breaks())).isNotEmpty();
        assertThat(controls).filteredOn(control -> control.finding().verdict() == Verdict.REFUTED).allSatisfy(control ->
                assertThat(control.finding().counterexample()).as(control.claim().id()).isNotBlank());
    }

    @Test
    void everyCheckOfABlockFailsForSomeMutant() {
        Set<String> broken = new HashSet<>();
        mutants().forEach(mutant -> {
            broken.addAll(mutant.breaks());
            broken.addAll(mutant.makesTrue());
        });
        Set<String> ofBlocks = Groups.all().stream().filter(claim -> claim.scope() != Scope.NONE).map(Claim::id).collect(Collectors.toSet());
        assertThat(broken).containsExactlyInAnyOrderElementsOf(ofBlocks);
    }

    @Test
    void aCounterexampleIsSmallAndComesAgainFromTheSameSeed() throws InterruptedException {
        Mutant mutant = Mutants.find("mutant-leaky-mask").orElseThrow();
        Finding first = of(mutant).stream().filter(control -> control.claim().id().equals("theorem-1")).findFirst().orElseThrow().finding();
        assertThat(first.counterexample()).contains("1 sequence of 2 tokens").contains("causal mask").contains("h_1 changed").contains("when x_2 changed");
        VerificationResult again = new Verification(Verified.INSTALLED, Groups.choose(List.of("theorem-1"), null),
                List.of(mutant.candidate(Verified.INSTALLED.catalog(), Optional.empty())), List.of(), Verified.SETTINGS).run(1);
        assertThat(again.rows().getFirst().finding()).isEqualTo(first);
    }

    private static List<Control> of(Mutant mutant) {
        return Verified.OUTCOME.controls().stream().filter(control -> control.mutant().equals(mutant)).toList();
    }
}
