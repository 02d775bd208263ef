package io.fluxo.conformance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertAll;

import io.fluxo.backend.Backend;
import io.fluxo.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What every backend must get right. A backend is tested by a subclass of one method, {@link #open}; one that does not compute in F32 says so
 * in {@link #dtype}. Expected values come from plain loops over doubles, gradients from their difference quotients, kernels are held
 * against their compositions. If the suite misses a fault, the suite must be improved, and the fault planted where the suite is tested.
 */
public abstract class BackendConformance {

    private Backend backend;

    /** Opens the backend under test. */
    protected abstract Backend open();

    /** The floating type it is tested in. */
    protected DType dtype() {
        return DType.F32;
    }

    @BeforeEach
    final void openBackend() {
        backend = open();
    }

    @AfterEach
    final void closeBackend() {
        backend.close();
    }

    @TestFactory
    final Stream<DynamicTest> values() {
        return tests(Suite.values(dtype()));
    }

    @TestFactory
    final Stream<DynamicTest> gradients() {
        return tests(Suite.gradients(dtype()));
    }

    @TestFactory
    final Stream<DynamicTest> kernelsAgainstCompositions() {
        return tests(Suite.kernels(dtype()));
    }

    @TestFactory
    final Stream<DynamicTest> differentiation() {
        return tests(DifferentiationChecks.all());
    }

    @TestFactory
    final Stream<DynamicTest> independence() {
        return tests(IndependenceChecks.all());
    }

    @TestFactory
    final Stream<DynamicTest> scopes() {
        return tests(ScopeChecks.all());
    }

    @TestFactory
    final Stream<DynamicTest> updates() {
        return tests(UpdateChecks.all());
    }

    @TestFactory
    final Stream<DynamicTest> messages() {
        return tests(MessageChecks.all());
    }

    private Stream<DynamicTest> tests(List<Check> checks) {
        Bench bench = new Bench(backend, dtype());
        Map<String, List<Check>> bySubject = checks.stream().collect(groupingBy(Check::subject, LinkedHashMap::new, toList()));
        return bySubject.entrySet().stream().map(subject -> DynamicTest.dynamicTest(subject.getKey(), () -> assertAll(
                subject.getValue().stream().map(check -> () -> run(check, bench)))));
    }

    private static void run(Check check, Bench bench) {
        try {
            check.run(bench);
        } catch (RuntimeException failure) {
            throw new AssertionError(check.name() + ": " + failure, failure);
        }
    }
}
