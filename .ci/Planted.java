import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs tests against sources with a fault, one after the other in one JVM: each source is compiled by itself, and its classes stand before the project's.
 * A constant that other classes have compiled in keeps its value there.
 *
 * <p>Use: java -cp LIBRARIES .ci/Planted.java LIST CLASSES. LIST has a line for each fault: the changed source, a tab, the tests' classes with commas
 * between them; CLASSES are the project's directories. Prints a line for each fault: what caught it, "nothing", or why it cannot be said.
 */
class Planted {

    private static final PrintStream OUT = System.out;
    private static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream());

    public static void main(String[] arguments) throws Exception {
        List<URL> project = new ArrayList<>();
        for (String directory : arguments[1].split(File.pathSeparator)) {
            project.add(Path.of(directory).toUri().toURL());
        }
        String classPath = arguments[1] + File.pathSeparator + System.getProperty("java.class.path");
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] fields = line.split("\t");
            Path classes = Files.createTempDirectory("planted");
            ByteArrayOutputStream complaints = new ByteArrayOutputStream();
            int status = ToolProvider.getSystemJavaCompiler().run(null, SILENT, complaints, "--release", "25", "-nowarn", "-parameters", "-proc:none", "-cp", classPath,
                    "-d", classes.toString(), fields[0]);
            OUT.println(status != 0 ? "cannot be compiled: " + complaints.toString().lines().findFirst().orElse("") : caught(classes, project, fields[1].split(",")));
            OUT.flush();
        }
        Runtime.getRuntime().halt(0); // whatever threads a fault has left behind
    }

    private static String caught(Path classes, List<URL> project, String[] tests) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
        urls.addAll(project);
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), Planted.class.getClassLoader())) {
            Thread.currentThread().setContextClassLoader(loader);
            int ran = 0;
            for (String test : tests) {
                Outcome outcome = new Outcome();
                System.setOut(SILENT);
                System.setErr(SILENT);
                Launcher launcher = LauncherFactory.create();
                launcher.execute(request(Class.forName(test, false, loader)), outcome);
                System.setOut(OUT);
                if (!outcome.failed.isEmpty()) {
                    return test.substring(test.lastIndexOf('.') + 1) + ": " + outcome.failed.getFirst();
                }
                ran += outcome.ran;
            }
            return ran == 0 ? "no test ran" : "nothing";
        }
    }

    private static LauncherDiscoveryRequest request(Class<?> test) {
        return LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectClass(test)).build();
    }

    private static final class Outcome implements TestExecutionListener {
        private final List<String> failed = new ArrayList<>();
        private int ran;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            ran += test.isTest() ? 1 : 0;
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                failed.add(test.getLegacyReportingName());
            }
        }
    }
}
