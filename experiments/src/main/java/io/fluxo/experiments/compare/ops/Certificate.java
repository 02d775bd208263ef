package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How small a fault the comparison of operations still sees: faults are planted in a backend, operation by operation, and made smaller until none is caught. */
public final class Certificate {

    /** ε = 2⁰ … 2⁻³⁰. */
    private static final int FINEST = 30;

    private Certificate() {}

    /**
     * One line of it.
     *
     * @param what     {@code softmax/gradient}
     * @param smallest the smallest ε, a power of two, at which the fault was called a bug; empty where not even 1 was
     */
    public record Line(String what, Fault fault, OptionalDouble smallest) {}

    /** For each operation of {@code cases} with floating results, in its results and in the gradients of its kernel. */
    public static List<Line> of(Backend backend, DType dtype, Backend exact, List<OperationCase> cases) {
        Map<String, List<OperationCase>> byWhat = new LinkedHashMap<>();
        cases.stream().filter(Certificate::hasKernelOfItsOwn).filter(one -> one.variant().startsWith(ValueRange.ORDINARY.label()))
                .forEach(one -> byWhat.computeIfAbsent(one.operation() + "/" + one.direction(), _ -> new ArrayList<>()).add(one));
        List<Line> lines = new ArrayList<>();
        byWhat.forEach((what, some) -> {
            Map<OperationCase, List<Expectation>> expected = new LinkedHashMap<>();
            some.forEach(one -> expected.put(one, Expectation.of(one, dtype, exact)));
            if (expected.values().stream().flatMap(List::stream).anyMatch(one -> Fault.concerns(one.values().dtype()))) {
                for (Fault fault : Fault.values()) {
                    lines.add(new Line(what, fault, smallest(backend, dtype, exact, expected, fault)));
                }
            }
        });
        return lines;
    }

    /** The gradient of a primitive is a composition of others, in which its own name need not occur. */
    private static boolean hasKernelOfItsOwn(OperationCase one) {
        return one.direction().equals("forward") || one.isFused();
    }

    private static OptionalDouble smallest(Backend backend, DType dtype, Backend exact, Map<OperationCase, List<Expectation>> expected, Fault fault) {
        OptionalDouble smallest = OptionalDouble.empty();
        int low = 0;
        int high = FINEST;
        while (low <= high) {                                                            // what is caught at ε is caught at 2ε
            int middle = (low + high) / 2;
            double epsilon = Math.scalb(1, -middle);
            if (isCaught(backend, dtype, exact, expected, fault, epsilon)) {
                smallest = OptionalDouble.of(epsilon);
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return smallest;
    }

    private static boolean isCaught(Backend backend, DType dtype, Backend exact, Map<OperationCase, List<Expectation>> expected, Fault fault, double epsilon) {
        return expected.entrySet().stream().anyMatch(entry -> {
            OperationCase one = entry.getKey();
            Backend faulty = fault.in(backend, one.operation(), one.direction().equals("gradient"), epsilon);
            return new OperationComparison(faulty, dtype, exact).compare(one, entry.getValue()).verdict() == CompareVerdict.BUG;
        });
    }
}
