package io.fluxo.experiments.compare.model;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.model.CumulativeRun.Outcome;
import io.fluxo.experiments.compare.model.IsolatedPass.Step;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.op.FusedOp;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a model's differences begin: at the first hook point, or gradient, that is outside the envelope; in which operation and element; and whether the differences
 * are gone where the model runs without that operation's code.
 */
final class Bisection {

    private final String label;
    private final Backend backend;
    private final DType dtype;
    private final Backend exact;
    private final IsolatedPass isolated;

    Bisection(String label, Backend backend, DType dtype, Backend exact, IsolatedPass isolated) {
        this.label = label;
        this.backend = backend;
        this.dtype = dtype;
        this.exact = exact;
        this.isolated = isolated;
    }

    /** Of the forward pass and of the reverse pass; a reverse pass that only hands on what the forward pass got wrong has no row. */
    List<CompareRow> rows(CumulativeRun forward, Outcome stream, CumulativeRun reverse, Outcome gradients) {
        List<CompareRow> rows = new ArrayList<>();
        begin("first hook outside", forward, stream, isolated.forward()).ifPresent(rows::add);
        Set<String> told = rows.stream().map(CompareRow::operation).collect(Collectors.toSet());
        List<Step> others = isolated.reverse().stream().filter(step -> !told.contains(step.single().op().name())).toList();
        if (told.isEmpty() || others.stream().anyMatch(Step::isBug)) {
            begin("first gradient outside", reverse, gradients, others).ifPresent(rows::add);
        }
        return rows;
    }

    private Optional<CompareRow> begin(String what, CumulativeRun run, Outcome outcome, List<Step> steps) {
        Optional<Step> culprit = steps.stream().filter(Step::isBug).findFirst();
        Optional<Integer> first = outcome.firstOutside();
        if (culprit.isEmpty() && first.isEmpty()) {
            return Optional.empty();
        }
        String name = first.map(run::name).orElse("none");
        OptionalDouble times = first.map(i -> outcome.outputs().get(i).timesEnvelope()).orElse(OptionalDouble.empty());
        String place = name + (times.isPresent() ? Text.format(" (%s)", CumulativeRun.times(times.getAsDouble(), "the envelope")) : "");
        String operation = culprit.map(step -> Text.format("operation: %s, %s", called(step), step.row().note())).orElse("every operation by itself is within rounding");
        Confirmation confirmation = confirmation(run, outcome, steps);
        String note = Text.format("%s: %s; %s; %s", what, place, operation, confirmation.told());
        boolean explained = culprit.isEmpty() && !outcome.isBug() && confirmation.confirmed();                     // a kernel that rounds more than its composition, as it may
        CompareRow row = new CompareRow(label + "/" + what + "/" + name, culprit.map(step -> step.single().op().name()).orElse(label), backend.name(), exact.name(), dtype,
                culprit.flatMap(step -> step.row().figures()), explained ? CompareVerdict.NOISE : CompareVerdict.BUG, note, outcome.seconds());
        return Optional.of(culprit.map(step -> row.replayedFrom(step.row().replay())).orElse(row));
    }

    private static String called(Step step) {
        return step.single().op().name() + (step.single().reverse().isPresent() ? "'s gradient" : "");
    }

    private record Confirmation(boolean confirmed, String told) {}

    /** Runs the model again without one operation's code after the other, and at last without that of all that are at fault. */
    private Confirmation confirmation(CumulativeRun run, Outcome outcome, List<Step> steps) {
        if (outcome.isRounding()) {
            return new Confirmation(false, "not confirmed: the model as a whole is within rounding");
        }
        SequencedSet<String> faulty = names(Stream.concat(isolated.forward().stream(), isolated.reverse().stream()).filter(Step::isBug));
        SequencedSet<String> suspects = faulty.isEmpty() ? names(steps.stream()) : names(steps.stream().filter(Step::isBug));
        List<SequencedSet<String>> tried = new ArrayList<>();
        suspects.forEach(name -> tried.add(new LinkedHashSet<>(List.of(name))));
        if (faulty.size() > 1) {
            tried.add(faulty);
        }
        return tried.stream().filter(without -> run.on(new Fallback(backend, without, exact)).isRounding()).findFirst()
                .map(without -> new Confirmation(true, Text.format("confirmed: with %s the model's differences are rounding", replaced(without))))
                .orElseGet(() -> new Confirmation(false, Text.format("not confirmed: with %s the model's differences are still more than rounding",
                        faulty.isEmpty() ? "any one operation as its composition, or on the reference," : replaced(tried.getLast()))));
    }

    private static SequencedSet<String> names(Stream<Step> steps) {
        return steps.map(step -> step.single().op().name()).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** {@code softmax as its composition}. */
    private String replaced(Set<String> without) {
        Set<String> fused = Stream.concat(isolated.forward().stream(), isolated.reverse().stream()).filter(step -> step.single().op() instanceof FusedOp)
                .map(step -> step.single().op().name()).collect(Collectors.toSet());
        return without.stream().map(name -> name + (fused.contains(name) ? " as its composition" : " on the reference")).collect(Collectors.joining(" and "));
    }
}
