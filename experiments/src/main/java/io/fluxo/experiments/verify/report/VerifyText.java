package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Control;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.VerdictRow;
import io.fluxo.experiments.verify.VerificationResult;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A verification for standard output, in parts that a table can be put between. */
public final class VerifyText {

    /** What is measured gets one line. */
    private static final int LONGEST = 100;

    private VerifyText() {}

    /** The cells of one row: claim, block, verdict, whether it was expected, what was seen. */
    public static String[] cells(VerdictRow row) {
        return new String[] {row.claim().id(), row.placement().isEmpty() ? "–" : row.placement(), row.finding().verdict().label(),
                row.asExpected() ? "✓" : "✗ expected: " + row.expected().label(), shortened(row.finding().measured())};
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1).stripTrailing() + "…";
    }

    /**
     * Each row that did not come out as expected: the counterexample, and how to see it again.
     *
     * @param named   whether the block was named on the command line, and not by a model
     * @param options the rest of the command line
     */
    public static String surprises(VerificationResult outcome, boolean named, String options) {
        return outcome.rows().stream().filter(row -> !row.asExpected()).map(row -> surprise(row, named, options)).collect(Collectors.joining());
    }

    private static String surprise(VerdictRow row, boolean named, String options) {
        String block = row.placement().isEmpty() ? "" : " of " + row.placement();
        StringBuilder text = new StringBuilder(Text.format("%n%s%s is %s, expected: %s%n", row.claim().id(), block, row.finding().verdict().label(),
                row.expected().label()));
        line(text, "claimed", row.finding().theory());
        line(text, "measured", row.finding().measured());
        if (!row.finding().counterexample().isEmpty()) {
            text.append(Text.format("  refuted by%n    %s%n", row.finding().counterexample().replace(". There: ", System.lineSeparator() + "    ")));
        }
        return text.append(Text.format("  again     %s verify %s%s%s%n", Launcher.command(), row.claim().id(), row.placement().isEmpty() || !named ? "" : " --placement "
                + Launcher.quoted(row.placement()), options)).toString();
    }

    /** All details of a row: for claims that were asked for by name. */
    public static String details(VerificationResult outcome) {
        StringBuilder text = new StringBuilder();
        for (VerdictRow row : outcome.rows()) {
            text.append(Text.format("%n%s%s: %s%n", row.claim().id(), row.placement().isEmpty() ? "" : " of " + row.placement(), row.claim().text()));
            line(text, "claimed", row.finding().theory());
            line(text, "measured", row.finding().measured());
            line(text, "said in", row.claim().citation().isOfTheChapter() ? "" : row.claim().citation().quote());
            line(text, "domain", row.claim().domain());
            line(text, "over", row.claim().quantifier());
            line(text, "by", String.join(", ", row.claim().methods()));
            line(text, "refutes", row.claim().refuted().isEmpty() ? row.claim().refutesNone() : String.join(", ", row.claim().refuted()));
            line(text, "true of", String.join(", ", row.claim().trueOf()));
            row.finding().tolerance().ifPresent(tolerance -> line(text, "tolerance", Digits.text(tolerance)));
            line(text, "witness", row.finding().witness());
            row.finding().figures().forEach(figure -> text.append("    ").append(figure.agrees() ? "✓ " : "✗ ").append(figure).append(System.lineSeparator()));
            outcome.faultsOf(row.claim()).forEach(control -> text.append(Text.format("    with %s (%s): %s%n", control.fault().name(), control.fault().what(),
                    control.finding().verdict().label())));
            row.finding().derivation().forEach(step -> text.append("    ").append(step).append(System.lineSeparator()));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append(Text.format("  %-9s %s%n", name, value));
        }
    }

    /** Mutant by mutant, which claims it was refuted by. */
    public static String controls(VerificationResult outcome) {
        if (outcome.controls().isEmpty()) {
            return "";
        }
        Map<Mutant, List<Control>> byMutant = new LinkedHashMap<>();
        outcome.controls().forEach(control -> byMutant.computeIfAbsent(control.mutant(), mutant -> new ArrayList<>()).add(control));
        long wrong = outcome.controls().stream().filter(control -> !control.asExpected()).count();
        StringBuilder text = new StringBuilder(Text.format("%nControls: %s against the same claims; %s%n", Text.count(byMutant.size(), "faulty block"),
                wrong == 0 ? "each is refuted by exactly the claims it breaks" : wrong + " did not come out as expected"));
        byMutant.forEach((mutant, controls) -> {
            List<String> refuting = controls.stream().filter(control -> control.finding().verdict() == Verdict.REFUTED && control.claim()
                    .expected() != Verdict.REFUTED)
                    .map(Control::claim).map(Claim::id).toList();
            text.append(Text.format("  %-32s %s%n", mutant.name(), refuting.isEmpty() ? "–" : String.join(", ", refuting)));
            controls.stream().filter(control -> !control.asExpected()).forEach(control -> text.append(Text.format("    ✗ %s: %s, expected: %s (%s)%n",
                    control.claim().id(), control.finding().verdict().label(), control.expected().label(),
                    control.finding().counterexample().isEmpty() ? control.finding().measured() : control.finding().counterexample())));
        });
        return text.toString();
    }

    /** The faults beneath claims about no block, each with the verdict that it got. */
    public static String faults(VerificationResult outcome) {
        if (outcome.faults().isEmpty()) {
            return "";
        }
        long wrong = outcome.faults().stream().filter(control -> !control.asExpected()).count();
        StringBuilder text = new StringBuilder(Text.format("%nFaults planted beneath claims: %d; %s%n", outcome.faults().size(),
                wrong == 0 ? "each is seen" : wrong + " did not come out as expected"));
        outcome.faults().stream().filter(control -> !control.asExpected()).forEach(control -> text.append(Text.format("    ✗ %s with %s (%s): %s, expected: %s (%s)%n",
                control.claim().id(), control.fault().name(), control.fault().what(), control.finding().verdict().label(), control.fault().seen().label(),
                control.finding().measured())));
        return text.toString();
    }

    /** What the verdicts concern. */
    public static String scope(VerificationResult outcome) {
        Apparatus.Options options = outcome.options();
        long surprises = outcome.rows().stream().filter(row -> !row.asExpected()).count() + outcome.wrongControls();
        return Text.format("""

                Measured on %s, %s per for-all claim, seed %d; tolerances are rounding bounds of that type, at the sizes of each case.
                Proofs concern the composition in primitives; the conformance suite links it to the kernels%s.
                %s
                """, options.chosen(), Text.count(options.trials(), "case"), options.seed(),
                outcome.exact().isEmpty() ? "" : "; float-level causality was run on " + outcome.exact().stream().map(Apparatus.Setup::toString)
                        .collect(Collectors.joining(", ")) + (outcome.refused().isEmpty() ? "" : "; not on " + String.join(", ", outcome.refused())),
                surprises == 0 ? Text.format("%s and %s, all as expected", Text.count(outcome.rows().size(), "verdict"), Text.count(outcome.controlCount(), "control"))
                        : Text.format("%d of %d verdicts and controls not as expected", surprises, outcome.rows().size() + outcome.controlCount()));
    }
}
