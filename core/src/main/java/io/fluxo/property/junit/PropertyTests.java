package io.fluxo.property.junit;

import io.fluxo.backend.Backend;
import io.fluxo.property.Property;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Properties as tests of JUnit Jupiter: what a {@code @TestFactory} returns. */
public final class PropertyTests {

    private PropertyTests() {}

    /** A test for each property. It fails with the report where the property is refuted, not witnessed, or untested. */
    public static Stream<DynamicTest> of(Collection<? extends Property<?>> properties, long seed, int trials) {
        return properties.stream().map(property -> DynamicTest.dynamicTest(property.name(), () -> check(property, seed, trials)));
    }

    /** Proofs, then properties; {@code backend} is closed after them. */
    static Stream<DynamicTest> of(Verified verified, List<DynamicTest> proofs, Collection<? extends Property<?>> properties, Backend backend) {
        return Stream.concat(proofs.stream(), of(properties, verified.seed(), verified.trials())).onClose(backend::close);
    }

    /** A test that fails with what {@code failure} finds. */
    static DynamicTest proof(String claim, Supplier<Optional<String>> failure) {
        return DynamicTest.dynamicTest("proof: " + claim, () -> failure.get().ifPresent(reason -> {
            throw new AssertionError(reason);
        }));
    }

    /** Runs {@code property}; throws an {@link AssertionError} with the report unless it is affirmed. */
    public static void check(Property<?> property, long seed, int trials) {
        var report = property.run(seed, trials);
        if (!report.affirmed()) {
            throw new AssertionError(report.toString());
        }
    }
}
