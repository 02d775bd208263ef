package io.fluxo.cuda.nd4j;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The isolated worlds of this process. There is one for each set of jars, not one for each backend: the JVM lets a native library into a single
 * class loader, and nd4j has one static backend in each, which all instances opened on it share.
 */
final class Worlds {

    /** The only state of its kind: what it stands for, the libraries loaded into the process, is one for the process too. */
    private static final Worlds OF_PROCESS = new Worlds();

    private static final String ENTRY = "io.fluxo.cuda.nd4j.inside.Entry";

    private final Map<List<Path>, IntFunction<Backend>> entries = new HashMap<>();

    private Worlds() {}

    /**
     * A new backend in the world of {@code jars}.
     *
     * @param cache where nd4j unpacks its libraries
     * @throws BackendUnavailableException if nd4j does not start
     */
    static Backend open(Natives natives, List<Path> jars, Path cache, int device) {
        return OF_PROCESS.entry(natives, jars, cache).apply(device);
    }

    @SuppressWarnings({"unchecked", "resource"}) // the loader stays open as long as the process
    private synchronized IntFunction<Backend> entry(Natives natives, List<Path> jars, Path cache) {
        return entries.computeIfAbsent(jars, _ -> {
            IsolatedLoader loader = new IsolatedLoader(jars);
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);                                    // nd4j looks for its backend there, and so do its threads
            try {
                return (IntFunction<Backend>) loader.loadClass(ENTRY).getConstructor(String.class, Path.class).newInstance(natives.label(), cache);
            } catch (ReflectiveOperationException | LinkageError failure) {
                throw new BackendUnavailableException(Text.format("the backend '%s' cannot run: nd4j does not start: %s", natives.label(), root(failure)));
            } finally {
                thread.setContextClassLoader(before);
            }
        });
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? "" : root.getMessage().lines().findFirst().orElse("");
        return root.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message);
    }
}
