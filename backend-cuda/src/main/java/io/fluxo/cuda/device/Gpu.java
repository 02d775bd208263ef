package io.fluxo.cuda.device;

import io.fluxo.cuda.driver.CublasLt;
import io.fluxo.cuda.driver.CudaDevice;
import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.Driver;
import io.fluxo.cuda.driver.MatrixProduct;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.driver.Nvrtc;
import io.fluxo.cuda.kernel.Kernel;
import io.fluxo.cuda.kernel.KernelCache;
import io.fluxo.cuda.kernel.KernelLibrary;
import io.fluxo.cuda.kernel.KernelSource;
import io.fluxo.cuda.kernel.Launch;
import io.fluxo.cuda.kernel.Launcher;
import io.fluxo.cuda.memory.BlockSource;
import io.fluxo.cuda.memory.DeviceMemory;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.cuda.memory.Pool;
import io.fluxo.cuda.memory.Reserved;
import io.fluxo.cuda.memory.Transfers;
import io.fluxo.text.Text;
import java.lang.foreign.MemorySegment;
import java.util.function.BiFunction;

/** A device that is open: one stream, in which everything happens in the order it is asked for, and what lives on it. */
public final class Gpu implements AutoCloseable {

    /** A kernel that uses more has to be allowed to. */
    private static final int SHARED_BYTES_UNASKED = 48 << 10;
    private static final long WORKSPACE_BYTES = 32L << 20;

    private final Driver driver;
    private final int index;
    private final CudaDevice device;
    private final int mostSharedBytes;
    private final Precision precision;
    private final MemorySegment context;
    private final MemorySegment stream;
    private final BlockSource blocks;
    private final DeviceMemory memory;
    private final KernelLibrary kernels;
    private final Launcher launcher;
    private final Transfers transfers;
    private final CublasLt products;
    private final long workspace;
    private final Faults faults;
    private Thread thread;

    /**
     * @param index     which device, from 0
     * @param precision how products are computed
     * @param cache  where compiled kernels are kept
     * @param source where device memory comes from
     */
    public Gpu(CudaLibraries libraries, int index, Precision precision, KernelCache cache, BiFunction<Driver, MemorySegment, BlockSource> source) {
        this.driver = Driver.load(libraries);
        this.index = index;
        this.device = driver.device(index);
        this.mostSharedBytes = driver.attribute(Driver.Attribute.SHARED_BYTES_PER_BLOCK, index);
        this.precision = precision;
        this.context = driver.retainContext(index);
        this.thread = Thread.currentThread();
        driver.use(context);
        this.stream = driver.createStream();
        this.blocks = source.apply(driver, stream);
        this.memory = new DeviceMemory(blocks);
        this.kernels = new KernelLibrary(driver, Nvrtc.load(libraries), device, cache);
        this.launcher = new Launcher(driver, stream);
        this.transfers = new Transfers(driver, stream);
        this.products = CublasLt.load(libraries, WORKSPACE_BYTES);
        this.workspace = driver.allocate(WORKSPACE_BYTES);
        this.faults = new Faults(driver, stream);
    }

    /** The same device with other memory, which {@code from} does not hand out until it is closed. */
    private Gpu(Gpu from, DeviceMemory memory) {
        this.driver = from.driver;
        this.index = from.index;
        this.device = from.device;
        this.mostSharedBytes = from.mostSharedBytes;
        this.precision = from.precision;
        this.context = from.context;
        this.stream = from.stream;
        this.blocks = from.blocks;
        this.memory = memory;
        this.kernels = from.kernels;
        this.launcher = from.launcher;
        this.transfers = from.transfers;
        this.products = from.products;
        this.workspace = from.workspace;
        this.faults = from.faults;
        this.thread = from.thread;
    }

    /** This device with memory of its own, for launches that are repeated. Only its {@link #memory} is to be closed. */
    public Gpu reserving() {
        return new Gpu(this, new DeviceMemory(new Reserved(blocks)));
    }

    /** With a pool of memory. */
    public static Gpu open(CudaLibraries libraries, int index, Precision precision, KernelCache cache) {
        return new Gpu(libraries, index, precision, cache, Pool::new);
    }

    /** Calls of the driver concern the context of the thread they come from: this makes it the calling one's. */
    public void enter() {
        if (thread != Thread.currentThread()) {
            driver.use(context);
            thread = Thread.currentThread();
        }
    }

    /** How products are computed. */
    public Precision precision() {
        return precision;
    }

    public CudaDevice device() {
        return device;
    }

    public Driver driver() {
        return driver;
    }

    public MemorySegment stream() {
        return stream;
    }

    public DeviceMemory memory() {
        return memory;
    }

    public Transfers transfers() {
        return transfers;
    }

    public Faults faults() {
        return faults;
    }

    /** A launch of a kernel, to be given its arguments. */
    public Launch launch(KernelSource source, String kernel) {
        return Launch.of(launcher, kernels.get(source, kernel));
    }

    /** A kernel that may use so much shared memory beyond what it declares. */
    public Launch launch(KernelSource source, String name, int sharedBytes) {
        Kernel kernel = kernels.get(source, name);
        if (sharedBytes > mostSharedBytes) {
            throw new IllegalStateException(Text.format("%s needs %,d bytes of shared memory, and the GPU has %,d for a block", name, sharedBytes, mostSharedBytes));
        }
        if (sharedBytes > SHARED_BYTES_UNASKED) {
            driver.allowSharedBytes(kernel.handle(), sharedBytes);
        }
        return Launch.of(launcher, kernel);
    }

    /** Fills a tensor with zeros. */
    public Runnable zeros(GpuTensor tensor) {
        long address = tensor.address();
        long bytes = tensor.bytes();
        return bytes == 0 ? () -> { } : () -> driver.fill(address, (byte) 0, bytes, stream);
    }

    /** Copies the elements of one tensor to another. */
    public Runnable copy(GpuTensor from, GpuTensor to) {
        long source = from.address();
        long target = to.address();
        long bytes = from.bytes();
        return bytes == 0 ? () -> { } : () -> driver.copyOnDevice(target, source, bytes, stream);
    }

    /** Whether cuBLASLt has an algorithm for {@code product}. */
    public boolean has(MatrixProduct product) {
        return products.has(product);
    }

    /** Computes a product; all are device addresses. */
    public void multiply(MatrixProduct product, long a, long b, long c, long bias) {
        products.run(product, a, b, c, bias, workspace, stream);
    }

    @Override
    public void close() {
        enter();
        driver.synchronize(stream);
        products.close();
        transfers.close();
        faults.close();
        launcher.close();
        kernels.close();
        memory.close();
        driver.free(workspace);
        driver.destroyStream(stream);
        driver.releaseContext(index);
    }
}
