package io.fluxo.experiments.compare.model;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.ops.Computation;
import io.fluxo.experiments.compare.ops.ExpectedOutputs;
import io.fluxo.experiments.compare.ops.OperationCase;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.row.Failure;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A model as it runs, where errors add up: the values at its hook points, or the gradients. What they should be is found out once, for several runs. */
final class CumulativeRun {

    /**
     * An output is outside the envelope where its largest error is more than this many times the envelope's largest. {@code docs/compare.md} says what sound models
     * come to.
     */
    private static final double OUTSIDE = 16;

    private final String label;
    private final String direction;
    private final DType dtype;
    private final Backend exact;
    private final List<String> names;
    private final ExpectedOutputs expected;

    private CumulativeRun(String label, String direction, FixedModel model, DType dtype, Backend exact, BiFunction<Backend, Tensor[], List<FixedModel.Named>> outputs) {
        this.label = label;
        this.direction = direction;
        this.dtype = dtype;
        this.exact = exact;
        List<String> found = new ArrayList<>();
        Computation computation = (on, in) -> {
            List<FixedModel.Named> named = outputs.apply(on, in);
            found.clear();
            named.forEach(one -> found.add(one.name()));
            return named.stream().map(FixedModel.Named::value).toArray(Tensor[]::new);
        };
        expected = ExpectedOutputs.of(OperationCase.of(label, direction, model.inputs(), computation), dtype, exact);
        names = List.copyOf(found);
    }

    static CumulativeRun forward(String label, FixedModel model, DType dtype, Backend exact) {
        return new CumulativeRun(label, "cumulative", model, dtype, exact, model::stream);
    }

    static CumulativeRun gradient(String label, FixedModel model, DType dtype, Backend exact) {
        return new CumulativeRun(label, "gradient", model, dtype, exact, (on, in) -> {
            try (AutodiffBackend tape = new AutodiffBackend(on)) {
                return model.gradients(tape, in, Hooks.NONE);
            }
        });
    }

    /**
     * What came of a run.
     *
     * @param outputs in the order of the names; empty where it failed
     * @param failure why there are none
     */
    record Outcome(List<ExpectedOutputs.Output> outputs, Optional<Failure> failure, double seconds) {

        /** The first output that is no rounding; empty where there is none. */
        Optional<Integer> firstOutside() {
            return IntStream.range(0, outputs.size()).filter(i -> isOutside(outputs.get(i))).boxed().findFirst();
        }

        boolean isRounding() {
            return failure.isEmpty() && firstOutside().isEmpty();
        }

        boolean isBug() {
            return outputs.stream().anyMatch(output -> output.beyond().isPresent());
        }
    }

    private static boolean isOutside(ExpectedOutputs.Output output) {
        return output.beyond().isPresent() || output.timesEnvelope().orElse(0) > OUTSIDE;
    }

    Outcome on(Backend backend) {
        long begin = System.nanoTime();
        try {
            return new Outcome(expected.beside(backend), Optional.empty(), (System.nanoTime() - begin) / 1e9);
        } catch (RuntimeException | Error thrown) {
            return new Outcome(List.of(), Optional.of(Failure.of(thrown)), (System.nanoTime() - begin) / 1e9);
        }
    }

    String name(int output) {
        return names.get(output);
    }

    /** @param isolated for an output's name, the largest error of the operations behind it, each by itself */
    List<CompareRow> rows(Backend backend, Outcome outcome, ToDoubleFunction<String> isolated) {
        return outcome.failure.map(failed -> List.of(row(backend, "all", Optional.empty(), failed.verdict(), failed.note(), outcome.seconds)))
                .orElseGet(() -> IntStream.range(0, names.size()).mapToObj(i -> row(backend, outcome, i, isolated.applyAsDouble(names.get(i)))).toList());
    }

    private CompareRow row(Backend backend, Outcome outcome, int i, double isolated) {
        ExpectedOutputs.Output output = outcome.outputs.get(i);
        List<String> notes = new ArrayList<>(output.beyond().stream().toList());
        output.timesEnvelope().ifPresent(times -> notes.add(times(times, "the envelope")));
        if (isolated > 0) {
            notes.add(times(output.figures().maxRel() / isolated, "the largest error of an operation by itself"));
        }
        return row(backend, names.get(i), Optional.of(output.figures()), output.beyond().isPresent() ? CompareVerdict.BUG : CompareVerdict.NOISE, String.join("; ", notes), outcome.seconds);
    }

    static String times(double factor, String what) {
        return Text.format("%.2g times %s", factor, what);
    }

    private CompareRow row(Backend backend, String name, Optional<CompareRow.Figures> figures, CompareVerdict verdict, String note, double seconds) {
        return new CompareRow(label + "/" + direction + "/" + name, label, backend.name(), exact.name(), dtype, figures, verdict, note, seconds);
    }
}
