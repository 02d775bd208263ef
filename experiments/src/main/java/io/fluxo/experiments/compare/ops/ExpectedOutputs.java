package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.row.CompareRow.Figures;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** What the outputs of a long computation should be: found out once, and compared one by one with as many backends as are asked. */
public final class ExpectedOutputs {

    private static final int FEW = 16;

    private final OperationCase one;
    private final DType dtype;
    private final List<Expectation> expected;

    private ExpectedOutputs(OperationCase one, DType dtype, List<Expectation> expected) {
        this.one = one;
        this.dtype = dtype;
        this.expected = expected;
    }

    /** @param exact computes in F64, and in F32 with a rounding after each operation */
    public static ExpectedOutputs of(OperationCase one, DType dtype, Backend exact) {
        return new ExpectedOutputs(one, dtype, Expectation.of(one, dtype, exact));
    }

    /**
     * How far one output is from what it should be.
     *
     * @param figures       {@code maxAbs} and {@code maxRel} of all elements, also of those of which the bound says nothing
     * @param beyond        the element that is furthest beyond both bound and envelope, as a sentence; empty where none is
     * @param timesEnvelope its largest error over the largest of the runs that make the envelope, which is no proof, but tells where bounds are a million times what is
     *                      seen; empty of few elements, of which three runs say too little
     */
    public record Output(Figures figures, Optional<String> beyond, OptionalDouble timesEnvelope) {}

    /** In the order of the computation. */
    public List<Output> beside(Backend backend) {
        List<HostArray> got = outputs(backend);
        return IntStream.range(0, got.size()).mapToObj(i -> output(got.get(i), expected.get(i))).toList();
    }

    private Output output(HostArray got, Expectation should) {
        Difference difference = Difference.of(List.of(got), List.of(should), dtype);
        double error = largestError(got.toDoubles(), should);
        double noise = Arrays.stream(should.envelope()).max().orElse(0);
        double largest = Arrays.stream(should.values().toDoubles()).map(Math::abs).filter(Double::isFinite).max().orElse(0);
        return new Output(difference.figures().withErrors(error, largest == 0 ? error : error / largest), difference.beyond(),
                got.elements() < FEW ? OptionalDouble.empty() : OptionalDouble.of(error == 0 ? 0 : error / noise));
    }

    private static double largestError(double[] got, Expectation should) {
        double[] exact = should.values().toDoubles();
        double error = 0;
        for (int i = 0; i < got.length; i++) {
            boolean bothNaN = Double.isNaN(got[i]) && Double.isNaN(exact[i]);
            boolean open = Double.isInfinite(should.bound()[i]) && !Double.isFinite(got[i]);               // the type may overflow here
            if (got[i] != exact[i] && !bothNaN && !open) {
                error = Math.max(error, Double.isFinite(got[i]) && Double.isFinite(exact[i]) ? Math.abs(got[i] - exact[i]) : Double.POSITIVE_INFINITY);
            }
        }
        return error;
    }

    private List<HostArray> outputs(Backend backend) {
        try (TensorScope _ = backend.openScope()) {
            List<HostArray> got = new ArrayList<>();
            for (Tensor output : one.computation().on(backend, Expectation.upload(backend, one.in(dtype)))) {
                got.add(backend.download(output));
            }
            return got;
        }
    }
}
