package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fluxo.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The CUDA driver's functions under Java's types. Device addresses are longs; streams, events, modules, functions and graphs are the driver's own pointers. An
 * error becomes a {@link CudaException} with its name and the driver's text.
 */
public final class Driver {

    /** The status of a driver that finds no GPU. */
    public static final int NO_DEVICE = 100;

    /** A stream that does not wait for the default stream. */
    private static final int NON_BLOCKING = 1;
    private static final int CAPTURES_THIS_THREAD = 1;
    private static final int DYNAMIC_SHARED_BYTES = 8;
    private static final int NAME_BYTES = 256;

    private final NativeLibrary<DriverFunction> library;
    private final MethodHandle launch;
    private final MethodHandle copyToDevice;
    private final MethodHandle graphLaunch;

    private Driver(NativeLibrary<DriverFunction> library) {
        this.library = library;
        this.launch = library.handle(DriverFunction.LAUNCH);
        this.copyToDevice = library.handle(DriverFunction.COPY_TO_DEVICE);
        this.graphLaunch = library.handle(DriverFunction.GRAPH_LAUNCH);
        call(DriverFunction.INIT, 0);
    }

    /**
     * The driver of this machine, ready for calls.
     *
     * @throws UnusableLibraryException where there is none
     * @throws CudaException            where it does not start
     */
    public static Driver load(CudaLibraries libraries) {
        return new Driver(libraries.load(CudaLibraries.Library.DRIVER, DriverFunction.class));
    }

    // ---- devices

    /** What a device says about itself, by the driver's numbers. */
    public enum Attribute {
        SHARED_BYTES_PER_BLOCK(97), CAPABILITY_MAJOR(75), CAPABILITY_MINOR(76);

        private final int number;

        Attribute(int number) {
            this.number = number;
        }
    }

    public int deviceCount() {
        return intOf(DriverFunction.DEVICE_COUNT);
    }

    /** @param index from 0 */
    public CudaDevice device(int index) {
        int device = handleOf(index);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES);
            call(DriverFunction.DEVICE_NAME, name, NAME_BYTES, device);
            return new CudaDevice(index, name.getString(0), attribute(Attribute.CAPABILITY_MAJOR, index), attribute(Attribute.CAPABILITY_MINOR, index));
        }
    }

    public int attribute(Attribute attribute, int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(JAVA_INT);
            call(DriverFunction.DEVICE_ATTRIBUTE, number, attribute.number, handleOf(index));
            return number.get(JAVA_INT, 0);
        }
    }

    /** The device's memory, in bytes. */
    public long memory(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(JAVA_LONG);
            call(DriverFunction.DEVICE_MEMORY, number, handleOf(index));
            return number.get(JAVA_LONG, 0);
        }
    }

    private int handleOf(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(JAVA_INT);
            call(DriverFunction.DEVICE, number, index);
            return number.get(JAVA_INT, 0);
        }
    }

    // ---- contexts

    /** The device's primary context, which libraries share; {@link #releaseContext} gives it back. */
    public MemorySegment retainContext(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            call(DriverFunction.CONTEXT_RETAIN, pointer, handleOf(index));
            return pointer.get(ADDRESS, 0);
        }
    }

    public void releaseContext(int index) {
        call(DriverFunction.CONTEXT_RELEASE, handleOf(index));
    }

    /** Makes {@code context} the one that this thread's calls concern. */
    public void use(MemorySegment context) {
        call(DriverFunction.CONTEXT_CURRENT, context);
    }

    // ---- memory

    /** Device memory with undefined contents. */
    public long allocate(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(JAVA_LONG);
            require(DriverFunction.ALLOCATE, library.call(DriverFunction.ALLOCATE, pointer, bytes), Text.format("for %,d bytes", bytes));
            return pointer.get(JAVA_LONG, 0);
        }
    }

    public void free(long address) {
        call(DriverFunction.FREE, address);
    }

    /** Host memory that the device copies from and to without the processor. */
    public MemorySegment allocatePinned(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            call(DriverFunction.ALLOCATE_PINNED, pointer, bytes);
            return pointer.get(ADDRESS, 0).reinterpret(bytes);
        }
    }

    public void freePinned(MemorySegment memory) {
        call(DriverFunction.FREE_PINNED, memory);
    }

    /** Copies to the device in the order of {@code stream}. The source must stay as it is until then. */
    public void copyToDevice(long to, MemorySegment from, long bytes, MemorySegment stream) {
        int status;
        try {
            status = (int) copyToDevice.invokeExact(to, from, bytes, stream);
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(DriverFunction.COPY_TO_DEVICE, thrown);
        }
        require(DriverFunction.COPY_TO_DEVICE, status, "");
    }

    public void copyToHost(MemorySegment to, long from, long bytes, MemorySegment stream) {
        call(DriverFunction.COPY_TO_HOST, to, from, bytes, stream);
    }

    public void copyOnDevice(long to, long from, long bytes, MemorySegment stream) {
        call(DriverFunction.COPY_ON_DEVICE, to, from, bytes, stream);
    }

    public void fill(long address, byte value, long bytes, MemorySegment stream) {
        call(DriverFunction.SET_BYTES, address, value, bytes, stream);
    }

    // ---- streams, events, graphs

    public MemorySegment createStream() {
        return pointerFrom(DriverFunction.STREAM_CREATE, NON_BLOCKING);
    }

    public void destroyStream(MemorySegment stream) {
        call(DriverFunction.STREAM_DESTROY, stream);
    }

    /** Waits until everything in {@code stream} has been done. Errors of kernels show here. */
    public void synchronize(MemorySegment stream) {
        call(DriverFunction.STREAM_SYNCHRONIZE, stream);
    }

    public MemorySegment createEvent() {
        return pointerFrom(DriverFunction.EVENT_CREATE, 0);
    }

    public void destroyEvent(MemorySegment event) {
        call(DriverFunction.EVENT_DESTROY, event);
    }

    public void record(MemorySegment event, MemorySegment stream) {
        call(DriverFunction.EVENT_RECORD, event, stream);
    }

    public void await(MemorySegment event) {
        call(DriverFunction.EVENT_SYNCHRONIZE, event);
    }

    /** From now on {@code stream} does nothing: what is asked of it becomes a graph. */
    public void beginCapture(MemorySegment stream) {
        call(DriverFunction.CAPTURE_BEGIN, stream, CAPTURES_THIS_THREAD);
    }

    /** The captured graph, ready to be launched again and again. */
    public MemorySegment endCapture(MemorySegment stream) {
        MemorySegment graph = captured(stream);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ready = arena.allocate(ADDRESS);
            call(DriverFunction.GRAPH_INSTANTIATE, ready, graph, 0L);
            return ready.get(ADDRESS, 0);
        } finally {
            call(DriverFunction.GRAPH_DESTROY, graph);
        }
    }

    /** Ends a capture that has failed; what was captured is dropped. */
    public void abandonCapture(MemorySegment stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment graph = arena.allocate(ADDRESS);
            if (library.call(DriverFunction.CAPTURE_END, stream, graph) == 0) {
                call(DriverFunction.GRAPH_DESTROY, graph.get(ADDRESS, 0));
            }
        }
    }

    private MemorySegment captured(MemorySegment stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            call(DriverFunction.CAPTURE_END, stream, pointer);
            return pointer.get(ADDRESS, 0);
        }
    }

    public void launchGraph(MemorySegment graph, MemorySegment stream) {
        int status;
        try {
            status = (int) graphLaunch.invokeExact(graph, stream);
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(DriverFunction.GRAPH_LAUNCH, thrown);
        }
        require(DriverFunction.GRAPH_LAUNCH, status, "");
    }

    public void destroyGraph(MemorySegment graph) {
        call(DriverFunction.GRAPH_EXEC_DESTROY, graph);
    }

    // ---- kernels

    /** @param image machine code, as NVRTC makes it */
    public MemorySegment loadModule(byte[] image) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            call(DriverFunction.MODULE_LOAD, pointer, arena.allocateFrom(JAVA_BYTE, image));
            return pointer.get(ADDRESS, 0);
        }
    }

    public void unloadModule(MemorySegment module) {
        call(DriverFunction.MODULE_UNLOAD, module);
    }

    /** The kernel {@code name} of a module. */
    public MemorySegment function(MemorySegment module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            require(DriverFunction.MODULE_FUNCTION, library.call(DriverFunction.MODULE_FUNCTION, pointer, module, arena.allocateFrom(name)), "for " + name);
            return pointer.get(ADDRESS, 0);
        }
    }

    /** Lets a kernel ask for more shared memory than 48 KiB. */
    public void allowSharedBytes(MemorySegment function, int bytes) {
        call(DriverFunction.FUNCTION_SET, function, DYNAMIC_SHARED_BYTES, bytes);
    }

    /**
     * Launches a kernel in {@code stream}. Arguments are copied before this returns.
     *
     * @param arguments pointers to the arguments
     * @param name      the kernel's name, for messages
     */
    public void launch(MemorySegment function, int gridX, int gridY, int gridZ, int threads, int sharedBytes, MemorySegment stream, MemorySegment arguments, String name) {
        int status;
        try {
            status = (int) launch.invokeExact(function, gridX, gridY, gridZ, threads, 1, 1, sharedBytes, stream, arguments, MemorySegment.NULL);
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(DriverFunction.LAUNCH, thrown);
        }
        require(DriverFunction.LAUNCH, status, "for " + name);
    }

    // ---- calls

    private int intOf(DriverFunction function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(JAVA_INT);
            call(function, number);
            return number.get(JAVA_INT, 0);
        }
    }

    private MemorySegment pointerFrom(DriverFunction function, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            call(function, pointer, flags);
            return pointer.get(ADDRESS, 0);
        }
    }

    private void call(DriverFunction function, Object... arguments) {
        require(function, library.call(function, arguments), "");
    }

    private void require(DriverFunction function, int status, String purpose) {
        if (status != 0) {
            throw new CudaException(status, Text.format("%s%s fails: %s (%s, error %d)", function.symbol(), purpose.isEmpty() ? "" : " " + purpose,
                    message(DriverFunction.ERROR_TEXT, status), message(DriverFunction.ERROR_NAME, status), status));
        }
    }

    private String message(DriverFunction function, int status) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            return library.call(function, status, pointer) == 0 ? NativeLibrary.text(pointer.get(ADDRESS, 0)) : "unknown";
        }
    }
}
