package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fluxo.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/** Asks the CUDA driver which GPUs there are, with the JDK alone. */
public final class CudaDriver {

    /** CUDA's numbers for what is asked. */
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
    private static final int NO_DEVICE = 100;
    private static final int NAME_BYTES = 256;

    private final String library;

    /** The driver of this machine. */
    public CudaDriver() {
        this(System.getProperty("os.name").startsWith("Windows") ? "nvcuda.dll" : "libcuda.so.1");
    }

    /** @param library name or path of the driver's library */
    public CudaDriver(String library) {
        this.library = library;
    }

    /** What the driver says. */
    public sealed interface Answer {

        /** @param devices at least one */
        record Devices(List<CudaDevice> devices) implements Answer {}

        /** @param reason why there is no GPU to be had, in one line */
        record Nothing(String reason) implements Answer {}
    }

    /** Asks. Never throws. */
    public Answer ask() {
        try (Arena arena = Arena.ofConfined()) {
            return new Session(SymbolLookup.libraryLookup(library, arena), arena).devices();
        } catch (IllegalArgumentException | IllegalCallerException | NoSuchElementException absent) {
            return new Answer.Nothing(Text.format("no CUDA driver: %s cannot be loaded", library));
        }
    }

    /** A call of the driver that came back with an error. */
    private static final class CallFailed extends Exception {

        private static final long serialVersionUID = 1L;

        private CallFailed(String message) {
            super(message);
        }
    }

    private static final class Session {

        private final Linker linker = Linker.nativeLinker();
        private final SymbolLookup symbols;
        private final Arena arena;

        private Session(SymbolLookup symbols, Arena arena) {
            this.symbols = symbols;
            this.arena = arena;
        }

        private Answer devices() {
            try {
                int status = status("cuInit", List.of(JAVA_INT), 0);
                if (status == NO_DEVICE) {
                    return noDevice();
                }
                require("cuInit", status);
                MemorySegment number = arena.allocate(JAVA_INT);
                call("cuDeviceGetCount", List.of(ADDRESS), number);
                int count = number.get(JAVA_INT, 0);
                List<CudaDevice> devices = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    devices.add(device(i));
                }
                return devices.isEmpty() ? noDevice() : new Answer.Devices(List.copyOf(devices));
            } catch (CallFailed failure) {
                return new Answer.Nothing(failure.getMessage());
            }
        }

        private static Answer noDevice() {
            return new Answer.Nothing("the CUDA driver finds no GPU");
        }

        private CudaDevice device(int index) throws CallFailed {
            MemorySegment number = arena.allocate(JAVA_INT);
            call("cuDeviceGet", List.of(ADDRESS, JAVA_INT), number, index);
            int device = number.get(JAVA_INT, 0);
            MemorySegment name = arena.allocate(NAME_BYTES);
            call("cuDeviceGetName", List.of(ADDRESS, JAVA_INT, JAVA_INT), name, NAME_BYTES, device);
            return new CudaDevice(index, name.getString(0), attribute(CAPABILITY_MAJOR, device), attribute(CAPABILITY_MINOR, device));
        }

        private int attribute(int attribute, int device) throws CallFailed {
            MemorySegment number = arena.allocate(JAVA_INT);
            call("cuDeviceGetAttribute", List.of(ADDRESS, JAVA_INT, JAVA_INT), number, attribute, device);
            return number.get(JAVA_INT, 0);
        }

        private void call(String function, List<MemoryLayout> parameters, Object... arguments) throws CallFailed {
            require(function, status(function, parameters, arguments));
        }

        private void require(String function, int status) throws CallFailed {
            if (status != 0) {
                MemorySegment text = arena.allocate(ADDRESS);
                String meaning = status("cuGetErrorString", List.of(JAVA_INT, ADDRESS), status, text) == 0
                        ? text.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0) : "unknown";
                throw new CallFailed(Text.format("the CUDA driver fails: %s returns %d (%s)", function, status, meaning));
            }
        }

        private int status(String function, List<MemoryLayout> parameters, Object... arguments) {
            MethodHandle handle = linker.downcallHandle(symbols.findOrThrow(function),
                    FunctionDescriptor.of(JAVA_INT, parameters.toArray(MemoryLayout[]::new)));
            try {
                return (int) handle.invokeWithArguments(arguments);
            } catch (Throwable impossible) {
                throw new IllegalStateException(function + " cannot be called", impossible);
            }
        }
    }
}
