package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.row.Failure;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Compares one backend with what its operations should give, case by case. */
public final class OperationComparison {

    private final Backend backend;
    private final DType dtype;
    private final Backend exact;
    private final Optional<Backend> reference;

    /**
     * Beside exact values.
     *
     * @param backend opened for {@code dtype}
     * @param exact   computes in F64, and in F32 with a rounding after each operation
     */
    public OperationComparison(Backend backend, DType dtype, Backend exact) {
        this(backend, dtype, exact, Optional.empty());
    }

    /** @param reference a backend opened for {@code dtype} whose results stand in the place of exact ones; both may then be off by the bound */
    public OperationComparison(Backend backend, DType dtype, Backend exact, Optional<Backend> reference) {
        this.backend = backend;
        this.dtype = dtype;
        this.exact = exact;
        this.reference = reference;
    }

    public CompareRow compare(OperationCase one) {
        List<Expectation> expected = Expectation.of(one, dtype, exact);
        if (reference.isEmpty()) {
            return compare(one, expected);
        }
        long begin = System.nanoTime();
        return switch (run(reference.get(), one, expected)) {
            case Outcome.Nothing(CompareVerdict verdict, String note) ->
                    row(one.what(), one, Optional.empty(), verdict, Text.format("the reference %s: %s", reference.get().name(), note), begin);
            case Outcome.Outputs(List<HostArray> computed) ->
                    compare(one, IntStream.range(0, computed.size()).mapToObj(i -> expected.get(i).beside(computed.get(i))).toList());
        };
    }

    /** @param expected the case's, in this comparison's type */
    CompareRow compare(OperationCase one, List<Expectation> expected) {
        long begin = System.nanoTime();
        return switch (run(backend, one, expected)) {
            case Outcome.Nothing(CompareVerdict verdict, String note) -> row(one.what(), one, Optional.empty(), verdict, note, begin);
            case Outcome.Outputs(List<HostArray> got) -> {
                Difference difference = Difference.of(got, expected, dtype);
                String factor = Difference.factor(got, expected).map(s -> Text.format("; all is %s times what it should be", s)).orElse("");
                yield row(one.what(), one, Optional.of(difference.figures()), verdict(difference), difference.beyond().map(worst -> worst + factor).orElse(""), begin);
            }
        };
    }

    /** What came of running a case. */
    private sealed interface Outcome {

        /** As many as expected, of the shapes and kinds of types that are expected. */
        record Outputs(List<HostArray> got) implements Outcome {}

        record Nothing(CompareVerdict verdict, String note) implements Outcome {}
    }

    private Outcome run(Backend on, OperationCase one, List<Expectation> expected) {
        Optional<DType> missing = Stream.concat(Stream.of(dtype), one.makes().stream()).filter(needed -> !on.dtypes().contains(needed)).findFirst();
        if (missing.isPresent()) {
            return new Outcome.Nothing(CompareVerdict.UNSUPPORTED, Text.format("%s does not compute in %s", on.name(), missing.get().label()));
        }
        try {
            List<HostArray> got = outputs(on, one);
            return Difference.misfit(got, expected).<Outcome>map(misfit -> new Outcome.Nothing(CompareVerdict.BUG, misfit)).orElseGet(() -> new Outcome.Outputs(got));
        } catch (RuntimeException | Error thrown) {
            Failure failure = Failure.of(thrown);
            return new Outcome.Nothing(failure.verdict(), failure.note());
        }
    }

    private List<HostArray> outputs(Backend on, OperationCase one) {
        try (TensorScope _ = on.openScope()) {
            List<HostArray> got = new ArrayList<>();
            for (Tensor output : one.computation().on(on, Expectation.upload(on, one.in(dtype)))) {
                got.add(on.download(output));
            }
            return got;
        }
    }

    private static CompareVerdict verdict(Difference difference) {
        return difference.beyond().isPresent() ? CompareVerdict.BUG : CompareVerdict.NOISE;
    }

    private CompareRow row(String what, OperationCase one, Optional<CompareRow.Figures> figures, CompareVerdict verdict, String note, long begin) {
        return new CompareRow(what, one.operation(), backend.name(), reference.orElse(exact).name(), dtype, figures, verdict, note, (System.nanoTime() - begin) / 1e9);
    }
}
