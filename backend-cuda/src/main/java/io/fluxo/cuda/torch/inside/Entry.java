package io.fluxo.cuda.torch.inside;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import java.nio.file.Path;
import java.util.function.Function;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** Starts libtorch, once for each class loader, and opens backends on it. */
public final class Entry implements Function<BackendOptions, Backend> {

    /** JavaCPP's setting by which the garbage collector frees nothing: every pointer here is closed by name. */
    private static final String NO_COLLECTOR = "org.bytedeco.javacpp.nopointergc";

    private final String name;
    private static final int ONE = 1;

    private final Threads threads;

    /**
     * @param name  the backend's name
     * @param cache where the libraries are unpacked
     */
    public Entry(String name, Path cache) {
        this.name = name;
        System.setProperty("org.bytedeco.javacpp.cachedir", cache.toString());
        System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");            // not bound by the size of the Java heap
        String before = System.setProperty(NO_COLLECTOR, "true");
        try {
            Loader.load(torch.class);
        } finally {
            restore(before);                                                         // other worlds of the process read it too
        }
        this.threads = new Threads();
    }

    private static void restore(String value) {
        if (value == null) {
            System.clearProperty(NO_COLLECTOR);
        } else {
            System.setProperty(NO_COLLECTOR, value);
        }
    }

    @Override
    public Backend apply(BackendOptions options) {
        return new TorchBackend(name, threads, ONE); // libtorch shares sums out among its threads: more of them would change the last digits
    }
}
