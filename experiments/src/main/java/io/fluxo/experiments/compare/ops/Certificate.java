package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /**
     * For each operation of {@code cases}, in its results and in the gradients of its kernel, each fault that has a place there. Values are ordinary ones.
     */
    public static List<Line> of(Backend backend, DType dtype, Backend exact, List<OperationCase> cases) {
        Map<String, List<OperationCase>> byWhat = new LinkedHashMap<>();
        cases.stream().filter(Certificate::hasKernelOfItsOwn).filter(one -> one.variant().startsWith(ValueRange.ORDINARY.label()))
                .forEach(one -> byWhat.computeIfAbsent(one.operation() + "/" + one.direction(), _ -> new ArrayList<>()).add(one));
        List<Line> lines = new ArrayList<>();
        byWhat.forEach((what, some) -> {
            Map<OperationCase, List<Expectation>> expected = new LinkedHashMap<>();
            some.forEach(one -> expected.put(one, Expectation.of(one, dtype, exact)));
            // what is wrong without a fault, or is not there, says nothing about faults
            expected.entrySet().removeIf(entry -> row(backend, dtype, exact, entry).verdict() != CompareVerdict.NOISE);
            for (Fault fault : Fault.values()) {
                Map<OperationCase, List<Expectation>> concerned = new LinkedHashMap<>(expected);
                concerned.entrySet().removeIf(entry -> !hasPlace(fault, backend, dtype, exact, entry));
                if (!concerned.isEmpty()) {
                    lines.add(new Line(what, fault, smallest(backend, dtype, exact, concerned, fault)));
                }
            }
        });
        return lines;
    }

    /** Whether it is planted, and changes anything at ε = 1: the last element may be 0, and a sum may go nowhere. */
    private static boolean hasPlace(Fault fault, Backend backend, DType dtype, Backend exact, Map.Entry<OperationCase, List<Expectation>> entry) {
        FaultyBackend faulty = faulty(fault, backend, entry.getKey(), 1);
        Optional<CompareRow.Figures> wrong = row(faulty, dtype, exact, entry).figures();
        return faulty.wasPlanted() && !wrong.equals(row(faulty(fault, backend, entry.getKey(), 0), dtype, exact, entry).figures());
    }

    private static FaultyBackend faulty(Fault fault, Backend backend, OperationCase one, double epsilon) {
        return fault.in(backend, one.operation(), one.direction().equals("gradient"), epsilon);
    }

    private static CompareRow row(Backend backend, DType dtype, Backend exact, Map.Entry<OperationCase, List<Expectation>> entry) {
        return new OperationComparison(backend, dtype, exact).compare(entry.getKey(), entry.getValue());
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
        return expected.entrySet().stream().anyMatch(entry -> row(faulty(fault, backend, entry.getKey(), epsilon), dtype, exact, entry).verdict() == CompareVerdict.BUG);
    }
}
