package io.fluxo.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class SkippedTestsTest {

    /** No test by its name: run here alone. */
    static class Some {

        @Test
        void runs() {}

        @Test
        void lacksData() {
            assumeTrue(false, "there is no data");
        }

        @TestFactory
        Stream<DynamicTest> lackData() {
            return Stream.of("a", "b").map(name -> DynamicTest.dynamicTest(name, () -> assumeTrue(false, "there is no data")));
        }

        @Test
        @Disabled("not\n  today")
        void isOff() {}
    }

    static class AsAWhole {

        @BeforeAll
        static void lackNatives() {
            assumeTrue(false, "there are no natives");
        }

        @Test
        void one() {}

        @Test
        void two() {}
    }

    @Test
    void reasonsAreSaidWithHowManyTestsTheyConcern() {
        var out = new ByteArrayOutputStream();
        var request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Some.class), selectClass(AsAWhole.class)).build();
        LauncherConfig alone = LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
        LauncherFactory.create(alone).execute(request, new SkippedTests(new PrintStream(out, true, StandardCharsets.UTF_8)));
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("skipped: 1 test: not today",
                "skipped: 2 tests: there are no natives", "skipped: 3 tests: there is no data");
    }

    @Test
    void everyModuleThatHasTheseTestsHasTheListener() {
        assertThat(ServiceLoader.load(TestExecutionListener.class)).hasAtLeastOneElementOfType(SkippedTests.class);
    }
}
