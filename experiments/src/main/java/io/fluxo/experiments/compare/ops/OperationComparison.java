package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
        List<HostArray> computed = outputs(reference.get(), one);
        return compare(one, IntStream.range(0, computed.size()).mapToObj(i -> expected.get(i).beside(computed.get(i))).toList());
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

    /** @param expected the case's, in this comparison's type */
    CompareRow compare(OperationCase one, List<Expectation> expected) {
        long begin = System.nanoTime();
        Optional<DType> missing = one.makes().filter(made -> !backend.dtypes().contains(made));
        if (missing.isPresent()) {
            return row(one, Optional.empty(), CompareVerdict.UNSUPPORTED, Text.format("%s does not compute in %s", backend.name(), missing.get().label()), begin);
        }
        List<HostArray> got;
        try {
            got = outputs(backend, one);
        } catch (UnsupportedOperationException declared) {
            return row(one, Optional.empty(), CompareVerdict.UNSUPPORTED, declared.getMessage(), begin);
        } catch (RuntimeException broken) {
            return row(one, Optional.empty(), CompareVerdict.BUG, Text.format("it fails: %s", broken), begin);
        }
        Difference difference = Difference.of(got, expected, dtype);
        return row(one, Optional.of(difference.figures()), difference.beyond().isPresent() ? CompareVerdict.BUG : CompareVerdict.NOISE,
                difference.beyond().map(worst -> worst + Difference.factor(got, expected).map(s -> Text.format("; all is %s times what it should be", s)).orElse("")).orElse(""), begin);
    }

    private CompareRow row(OperationCase one, Optional<CompareRow.Figures> figures, CompareVerdict verdict, String note, long begin) {
        return new CompareRow(one.what(), one.operation(), backend.name(), reference.orElse(exact).name(), dtype, figures, verdict, note, (System.nanoTime() - begin) / 1e9);
    }
}
