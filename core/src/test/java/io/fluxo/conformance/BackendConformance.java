package io.fluxo.conformance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.fluxo.backend.Backend;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What every backend must get right. A backend is tested by a subclass of one method, {@link #open}; one that does not compute in F32 says so
 * in {@link #dtype}. Expected values come from plain loops over doubles, gradients from their difference quotients, kernels are held
 * against their compositions. If the suite misses a fault, the suite must be improved, and the fault planted where the suite is tested.
 *
 * <p>A backend that is being written throws {@link UnsupportedOperationException} for what it does not have yet. The suite ends in a summary, in the
 * console and in {@code target/conformance-….txt}: each operation with what passed, failed, or only waits for another, in the order in which to write them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendConformance {

    private Attempts backend;
    private Summary summary;

    /** Opens the backend under test. */
    protected abstract Backend open();

    /** The floating type it is tested in. */
    protected DType dtype() {
        return DType.F32;
    }

    @BeforeEach
    final void openBackend() {
        backend = new Attempts(open());
        if (summary == null) {
            summary = new Summary(Text.format("%s in %s", backend.name(), dtype().label()));
        }
    }

    @AfterEach
    final void closeBackend() {
        backend.close();
    }

    @AfterAll
    final void summarise() throws IOException {
        if (summary == null) {
            return;                                                                  // it did not open: each test says why
        }
        Path file = Path.of("target", "conformance-" + fileName() + ".txt");
        Files.createDirectories(file.getParent());
        Files.writeString(file, summary.everything());
        say((summary.allPassed() ? summary.headline() + "; in full: " : summary.table() + "  in full: ") + file);
    }

    /** To the console, where nobody overrides it. */
    void say(String text) {
        System.out.println(text);
    }

    /** {@code simd-f32-OneThread}: several suites may concern one backend. */
    private String fileName() {
        String suite = getClass().getNestHost() != getClass() ? "-" + getClass().getSimpleName() : "";
        return backend.name().replaceAll("[^A-Za-z0-9_.]+", "-").replaceAll("-$", "") + "-" + dtype().label() + suite;
    }

    @TestFactory
    final Stream<DynamicTest> values() {
        return tests("values", Suite.values(dtype()));
    }

    @TestFactory
    final Stream<DynamicTest> gradients() {
        return tests("gradients", Suite.gradients(dtype()));
    }

    @TestFactory
    final Stream<DynamicTest> kernelsAgainstCompositions() {
        return tests("kernel", Suite.kernels(dtype()));
    }

    @TestFactory
    final Stream<DynamicTest> differentiation() {
        return tests("differentiation", DifferentiationChecks.all());
    }

    @TestFactory
    final Stream<DynamicTest> independence() {
        return tests("independence", IndependenceChecks.all());
    }

    @TestFactory
    final Stream<DynamicTest> scopes() {
        return tests("scopes", ScopeChecks.all());
    }

    @TestFactory
    final Stream<DynamicTest> updates() {
        return tests("updates", UpdateChecks.all());
    }

    @TestFactory
    final Stream<DynamicTest> messages() {
        return tests("messages", MessageChecks.all());
    }

    private Stream<DynamicTest> tests(String section, List<Check> checks) {
        Bench bench = new Bench(backend, dtype());
        Map<String, List<Check>> bySubject = checks.stream().collect(groupingBy(Check::subject, LinkedHashMap::new, toList()));
        return bySubject.entrySet().stream().map(subject -> DynamicTest.dynamicTest(subject.getKey(), () -> run(section, subject.getValue(), bench)));
    }

    private void run(String section, List<Check> checks, Bench bench) {
        List<Failure> failures = new ArrayList<>();
        for (Check check : checks) {
            backend.begin();
            try {
                check.run(bench);
                if (!section.equals("kernel") || backend.fused()) {                  // without a kernel there was nothing to hold against anything
                    summary.passed(section, check.subject());
                }
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError thrown) {
                Failure failure = new Failure(check.name(), thrown);
                summary.failed(section, check.subject(), failure.line(), backend.refused());
                failures.add(failure);
            }
        }
        if (!failures.isEmpty()) {
            throw Failure.together(failures, checks.size());
        }
    }
}
