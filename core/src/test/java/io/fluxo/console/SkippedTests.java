package io.fluxo.console;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says in the console, once the tests of a module are over, which were skipped and why: what is not there passes as easily as what is right. Registered in
 * META-INF/services; the modules that depend on this one's tests have it too.
 */
public final class SkippedTests implements TestExecutionListener {

    private final PrintStream console;
    private final Map<String, Long> byReason = new TreeMap<>();
    private TestPlan plan;

    public SkippedTests() {
        this(System.out);
    }

    SkippedTests(PrintStream console) {
        this.console = console;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        add(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            add(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason was given"));
        }
    }

    /** A class that is skipped stands for its tests, as far as they are known before they run. */
    private synchronized void add(TestIdentifier test, String reason) {
        long leaves = plan.getDescendants(test).stream().filter(below -> plan.getChildren(below).isEmpty()).count();
        String why = Optional.ofNullable(reason).orElse("no reason was given").replaceFirst("^Assumption failed: ", "").replaceAll("\\s*\\R\\s*", " ");
        byReason.merge(why, Math.max(1, leaves), Long::sum);
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan finished) {
        byReason.forEach((reason, tests) -> console.println("skipped: " + tests + (tests == 1 ? " test: " : " tests: ") + reason));
        byReason.clear();
    }
}
