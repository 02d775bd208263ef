package io.fluxo.cuda.natives;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The isolated worlds of this process. There is one for each set of jars, not one for each backend: the JVM lets a native library into a single
 * class loader, and a library keeps its state once for each, which all backends opened on it share.
 */
public final class Worlds {

    /** The only state of its kind: what it stands for, the libraries loaded into the process, is one for the process too. */
    private static final Worlds OF_PROCESS = new Worlds();

    private final Map<List<Path>, Function<BackendOptions, Backend>> entries = new HashMap<>();

    private Worlds() {}

    /**
     * A new backend in the world of {@code jars}.
     *
     * @param cache where the library unpacks what it loads
     * @throws BackendUnavailableException if the library does not start
     */
    public static Backend open(Engine engine, Natives natives, List<Path> jars, Path cache, BackendOptions options) {
        return OF_PROCESS.entry(engine, natives, jars, cache).apply(options);
    }

    @SuppressWarnings({"unchecked", "resource"}) // the loader stays open as long as the process
    private synchronized Function<BackendOptions, Backend> entry(Engine engine, Natives natives, List<Path> jars, Path cache) {
        return entries.computeIfAbsent(jars, _ -> {
            IsolatedLoader loader = new IsolatedLoader(engine, jars);
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);                                    // libraries look for their parts there, and so do their threads
            try {
                return (Function<BackendOptions, Backend>) loader.loadClass(engine.entry()).getConstructor(String.class, Path.class)
                        .newInstance(natives.label(), cache);
            } catch (ReflectiveOperationException | LinkageError failure) {
                throw new BackendUnavailableException(Text.format("the backend '%s' cannot run: %s does not start: %s", natives.label(), engine.name(),
                        root(failure)));
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
