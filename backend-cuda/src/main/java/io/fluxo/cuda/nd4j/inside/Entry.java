package io.fluxo.cuda.nd4j.inside;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import java.nio.file.Path;
import java.util.function.Function;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ProfilingMode;
import org.nd4j.linalg.factory.Nd4j;

/** Starts nd4j, once for each class loader, and opens backends on it. */
public final class Entry implements Function<BackendOptions, Backend> {

    private final String name;

    /**
     * @param name  the natives' name
     * @param cache where nd4j's libraries are unpacked
     */
    public Entry(String name, Path cache) {
        this.name = name;
        System.setProperty("org.bytedeco.javacpp.cachedir", cache.toString());
        System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");            // not bound by the size of the Java heap
        ND4JClassLoading.setNd4jClassloader(Entry.class.getClassLoader());
        Nd4j.getExecutioner().setProfilingMode(ProfilingMode.DISABLED);
        Nd4j.getMemoryManager().togglePeriodicGc(false);                             // arrays are freed by name
        Nd4j.getEnvironment().setMaxThreads(1);
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        Nd4j.factory().blas().setMaxThreads(1);
    }

    @Override
    public Backend apply(BackendOptions options) {
        if (!Nd4j.getEnvironment().isCPU()) {
            Nd4j.getAffinityManager().unsafeSetDevice(options.device());             // nd4j knows a device for each thread
        }
        return new Nd4jBackend(name);
    }
}
