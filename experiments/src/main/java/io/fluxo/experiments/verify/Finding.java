package io.fluxo.experiments.verify;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a check found.
 *
 * @param theory         what the claim says, in numbers or in words; empty where there was nothing it could be said of
 * @param measured       what was seen
 * @param tolerance      the largest deviation that passed as rounding; empty where nothing is rounded
 * @param witness        a case in which something that can happen does; empty where none was needed
 * @param counterexample the smallest case found in which the claim is false; empty unless refuted
 * @param derivation     line by line, how the verdict came about
 * @param figures        the numbers that decided it, where it was decided by numbers
 * @param charts         theory against measurement, to be drawn
 */
public record Finding(Verdict verdict, String theory, String measured, OptionalDouble tolerance, String witness, String counterexample,
                      List<String> derivation, List<Figure> figures, List<Chart> charts) {

    public Finding {
        derivation = List.copyOf(derivation);
        figures = List.copyOf(figures);
        charts = List.copyOf(charts);
    }

    public static Finding proved(String theory, String measured) {
        return of(Verdict.PROVED, theory, measured);
    }

    public static Finding holds(String theory, String measured) {
        return of(Verdict.HOLDS, theory, measured);
    }

    /** @param counterexample a case in which the claim is false, and why */
    public static Finding refuted(String theory, String measured, String counterexample) {
        return new Finding(Verdict.REFUTED, theory, measured, OptionalDouble.empty(), "", counterexample, List.of(), List.of(), List.of());
    }

    public static Finding notTestable(String why) {
        return of(Verdict.NOT_TESTABLE, "", why);
    }

    /** Neither proved, nor so well covered by cases that it could be said to hold, nor refuted: whoever expected a verdict is told. */
    public static Finding undecided(String theory, String why) {
        return of(Verdict.SKIPPED, theory, "not decided: " + why);
    }

    /** Says nothing of the block: there is nothing in it that the claim speaks of. */
    public static Finding skipped(String why) {
        return of(Verdict.SKIPPED, "", why);
    }

    private static Finding of(Verdict verdict, String theory, String measured) {
        return new Finding(verdict, theory, measured, OptionalDouble.empty(), "", "", List.of(), List.of(), List.of());
    }

    public Finding within(double allowed) {
        return new Finding(verdict, theory, measured, OptionalDouble.of(allowed), witness, counterexample, derivation, figures, charts);
    }

    public Finding witnessed(String by) {
        return new Finding(verdict, theory, measured, tolerance, by, counterexample, derivation, figures, charts);
    }

    /** The same of fewer cases than were claimed: what was proved then only holds. */
    Finding limited(String to) {
        return new Finding(verdict == Verdict.PROVED ? Verdict.HOLDS : verdict, theory, Text.format("%s; %s", measured, to), tolerance, witness, counterexample, derivation,
                figures, charts);
    }

    public Finding derived(List<String> lines) {
        List<String> all = new ArrayList<>(derivation);
        all.addAll(lines);
        return new Finding(verdict, theory, measured, tolerance, witness, counterexample, all, figures, charts);
    }

    /** The same, decided by these numbers. */
    public Finding figures(List<Figure> numbers) {
        return new Finding(verdict, theory, measured, tolerance, witness, counterexample, derivation, numbers, charts);
    }

    /** The same, with theory and measurement drawn. */
    public Finding drawn(Chart... more) {
        List<Chart> all = new ArrayList<>(charts);
        all.addAll(List.of(more));
        return new Finding(verdict, theory, measured, tolerance, witness, counterexample, derivation, figures, all);
    }

    public Finding derived(String... lines) {
        return derived(List.of(lines));
    }
}
