package io.fluxo.cuda.kernel;

import io.fluxo.cuda.driver.CudaDevice;
import io.fluxo.cuda.driver.CudaException;
import io.fluxo.cuda.driver.Driver;
import io.fluxo.cuda.driver.Nvrtc;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The kernels of one device. A source is compiled to machine code for the device's own architecture when its first kernel is asked for: code for it loads into every
 * driver of the same major version, where PTX would need one as new as the compiler.
 */
public final class KernelLibrary implements AutoCloseable {

    private static final int INVALID_IMAGE = 200;
    private static final int NO_CODE_FOR_THIS_GPU = 209;
    private static final List<String> OPTIONS = List.of("--std=c++17");

    private final Driver driver;
    private final Nvrtc compiler;
    private final List<String> options;
    private final KernelCache cache;
    private final Map<KernelSource, MemorySegment> modules = new HashMap<>();
    private final Map<Name, Kernel> kernels = new HashMap<>();

    private record Name(KernelSource source, String kernel) {}

    public KernelLibrary(Driver driver, Nvrtc compiler, CudaDevice device, KernelCache cache) {
        this.driver = driver;
        this.compiler = compiler;
        this.options = new ArrayList<>(OPTIONS);
        options.add("--gpu-architecture=sm_" + device.major() + device.minor());
        this.cache = cache;
    }

    /** The kernel of this name in {@code source}. */
    public Kernel get(KernelSource source, String name) {
        return kernels.computeIfAbsent(new Name(source, name), key -> new Kernel(name, driver.function(modules.computeIfAbsent(source, this::load), name)));
    }

    /** Code that was kept and that the driver does not take is compiled again. */
    private MemorySegment load(KernelSource source) {
        String text = source.text();
        String key = String.join("\n", compiler.version(), String.join(" ", options), source.name(), text);
        Supplier<byte[]> compiling = () -> compiler.compile(source.name(), text, options).image();
        try {
            return driver.loadModule(cache.get(key, compiling));
        } catch (CudaException refused) {
            if (refused.status() != INVALID_IMAGE && refused.status() != NO_CODE_FOR_THIS_GPU) {
                throw refused;
            }
            return driver.loadModule(cache.renewed(key, compiling));
        }
    }

    @Override
    public void close() {
        modules.values().forEach(driver::unloadModule);
        modules.clear();
        kernels.clear();
    }
}
