package io.fluxo.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.property.Report.Holds;
import io.fluxo.property.Report.NotFound;
import io.fluxo.property.Report.Refuted;
import io.fluxo.property.Report.Untested;
import io.fluxo.property.Report.Witness;
import io.fluxo.property.junit.PropertyTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropertyTest {

    private static final Generator<Integer> NUMBERS = Generator.integers(0, 1_000);

    private static Property<Integer> small(int limit) {
        return Property.forAll("numbers are small", NUMBERS, n -> Outcome.passIf(n < limit, () -> n + " is not below " + limit));
    }

    @Test
    void whatPassesAlwaysHolds() {
        assertThat(small(1_001).run(3, 100)).isEqualTo(new Holds<>("numbers are small", 100, 0)).hasToString("numbers are small: holds in 100 cases");
    }

    @Test
    void vacuousCasesAreCountedApart() {
        List<Integer> tried = new ArrayList<>();
        Report<Integer> report = Property.forAll("even ones", NUMBERS, n -> {
            tried.add(n);
            return n % 2 == 1 ? Outcome.vacuous("odd") : Outcome.pass();
        }).run(3, 100);
        int odd = (int) tried.stream().filter(n -> n % 2 == 1).count();
        assertThat(odd).isBetween(20, 60);
        assertThat(report).isEqualTo(new Holds<>("even ones", 100 - odd, odd)).hasToString(
                "even ones: holds in %d cases; %d more were vacuous".formatted(100 - odd, odd));
    }

    @Test
    void onlyVacuousCasesAreNoPass() {
        Report<Integer> report = Property.forAll("unicorns are white", NUMBERS, n -> Outcome.vacuous("there are none")).run(3, 40);
        assertThat(report).isEqualTo(new Untested<>("unicorns are white", 40, "there are none"));
        assertThat(report.affirmed()).isFalse();
        assertThat(small(1).run(3, 0)).isEqualTo(new Untested<>("numbers are small", 0, "none was tried"));
        assertThat(Property.exists("a unicorn", NUMBERS, n -> Outcome.vacuous("there are none")).run(3, 40)).isInstanceOf(Untested.class);
    }

    @Test
    void vacuousCasesAreNoCounterexamplesOnTheWayDown() {
        Report<Integer> report = Property.forAll("no large one", NUMBERS, n ->
                n < 50 ? Outcome.vacuous("too small") : Outcome.passIf(n % 7 != 0, () -> "a multiple of 7")).run(3, 100);
        assertThat(report).isInstanceOfSatisfying(Refuted.class, refuted -> assertThat((int) refuted.smallest().value()).isGreaterThanOrEqualTo(50));
    }

    @Test
    void theSeedOfACaseReplaysIt() {
        Refuted<Integer> refuted = (Refuted<Integer>) small(990).run(3, 1_000);
        assertThat(refuted.passed()).isPositive();
        Refuted<Integer> replayed = (Refuted<Integer>) small(990).run(refuted.seed(), 1);
        assertThat(replayed).usingRecursiveComparison().ignoringFields("passed").isEqualTo(refuted);
        assertThat(replayed.passed()).isZero();
        assertThat(refuted.smallest()).isEqualTo(new Counterexample<>(990, "990 is not below 990"));
    }

    @Test
    void theReportReadsWell() {
        Refuted<Integer> refuted = (Refuted<Integer>) small(10).run(3, 100);
        assertThat(refuted).hasToString("""
                numbers are small: refuted by
                    10
                  because
                    10 is not below 10
                  shrunk in %d steps from
                    %d
                  seed %d replays it""".formatted(refuted.shrinks(), refuted.original().value(), refuted.seed()));
        assertThatThrownBy(() -> PropertyTests.check(small(10), 3, 100)).isInstanceOf(AssertionError.class).hasMessage(refuted.toString());
    }

    @Test
    void whatACheckThrowsIsItsReason() {
        Report<Integer> exception = Property.forAll("divides", NUMBERS, n -> Outcome.passIf(100 / (n - n) == 0, () -> "")).run(3, 10);
        assertThat(exception).isInstanceOfSatisfying(Refuted.class,
                refuted -> assertThat(refuted.smallest()).isEqualTo(new Counterexample<>(0, "it threw java.lang.ArithmeticException: / by zero")));
        Report<Integer> assertion = Property.forAll("asserts", NUMBERS, n -> {
            assertThat(n).isLessThan(0);
            return Outcome.pass();
        }).run(3, 10);
        assertThat(assertion).isInstanceOf(Refuted.class);
    }

    @Test
    void aWitnessIsTheFirstCaseThatPassesUnshrunk() {
        Property<Integer> large = Property.exists("a large number", NUMBERS, n -> Outcome.passIf(n > 700, () -> n + " is small"));
        Witness<Integer> witness = (Witness<Integer>) large.run(3, 100);
        assertThat(witness.affirmed()).isTrue();
        assertThat(witness.value()).isGreaterThan(701);
        assertThat(large.run(witness.seed(), 1)).isEqualTo(new Witness<>("a large number", witness.value(), witness.seed()));
    }

    @Test
    void noWitnessIsNoProof() {
        Property<Integer> none = Property.exists("a negative number", NUMBERS, n -> n % 2 == 0
                ? Outcome.vacuous("even") : Outcome.fail("not negative"));
        assertThat(none.run(3, 100)).isInstanceOfSatisfying(NotFound.class, found -> {
            assertThat(found.cases() + found.vacuous()).isEqualTo(100);
            assertThat(found.reason()).isEqualTo("not negative");
            assertThat(found.affirmed()).isFalse();
        });
    }

    @Test
    void casesOfARunDiffer() {
        List<Integer> tried = new ArrayList<>();
        Property.forAll("collects", Generator.integers(0, 1_000_000_000), n -> {
            tried.add(n);
            return Outcome.pass();
        }).run(3, 100);
        assertThat(tried).hasSize(100);
        assertThat(tried.stream().distinct()).as("a quarter are ends").hasSizeGreaterThan(60);
    }
}
