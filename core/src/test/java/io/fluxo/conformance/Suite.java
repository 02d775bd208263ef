package io.fluxo.conformance;

import io.fluxo.tensor.DType;
import java.util.List;
import java.util.stream.Stream;

/** The checks of the suite, as lists: what the tests run, and what planted faults are held against. */
public final class Suite {

    private Suite() {}

    /** Every result within tolerance of its definition. */
    public static List<Check> values(DType dtype) {
        return CaseChecks.values(Stream.concat(primitives(dtype).stream(), fused(dtype).stream()).toList());
    }

    /** Every gradient within tolerance of the definition's difference quotients. */
    public static List<Check> gradients(DType dtype) {
        return CaseChecks.gradients(Stream.concat(primitives(dtype).stream(), fused(dtype).stream()).toList());
    }

    /** Every kernel, where there is one, within tolerance of its composition, values and gradients. */
    public static List<Check> kernels(DType dtype) {
        return CaseChecks.kernels(fused(dtype));
    }

    /** Differentiation, independence, scopes, updates and messages. */
    public static List<Check> rest() {
        return Stream.of(DifferentiationChecks.all(), IndependenceChecks.all(), ScopeChecks.all(), UpdateChecks.all(), MessageChecks.all())
                .flatMap(List::stream).toList();
    }

    private static List<Case> primitives(DType dtype) {
        return Stream.of(ElementwiseCases.all(), SpecialValueCases.all(), ReductionCases.all(), MatMulCases.all(), MovementCases.all(),
                IndexingCases.all(), SourceCases.all(dtype), ChainCases.all()).flatMap(List::stream).toList();
    }

    private static List<Case> fused(DType dtype) {
        return Stream.of(FusedCases.linear(), FusedCases.activations(), FusedCases.softmax(), FusedCases.norms(), FusedCases.rotate(), FusedCases.crossEntropy(),
                FusedCases.dropout(dtype), AttentionCases.all(), ExtremeCases.all(), EmptyCases.all()).flatMap(List::stream).toList();
    }
}
