package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fluxo.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Asks the CUDA driver which GPUs there are, with the JDK alone: nd4j runs on drivers that are too old for {@link Driver}. */
public final class CudaDriver {

    /** CUDA's numbers for what is asked. */
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
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
            return new Session(NativeLibrary.load(library, ProbeFunction.class), arena).devices();
        } catch (UnusableLibraryException absent) {
            return new Answer.Nothing("no CUDA driver: " + absent.getMessage());
        }
    }

    /** A call of the driver that came back with an error. */
    private static final class CallFailed extends Exception {

        private static final long serialVersionUID = 1L;

        private CallFailed(String message) {
            super(message);
        }
    }

    private record Session(NativeLibrary<ProbeFunction> functions, Arena arena) {

        private Answer devices() {
            try {
                int status = functions.call(ProbeFunction.INIT, 0);
                if (status == Driver.NO_DEVICE) {
                    return noDevice();
                }
                require(ProbeFunction.INIT, status);
                MemorySegment number = arena.allocate(JAVA_INT);
                call(ProbeFunction.DEVICE_COUNT, number);
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
            call(ProbeFunction.DEVICE, number, index);
            int device = number.get(JAVA_INT, 0);
            MemorySegment name = arena.allocate(NAME_BYTES);
            call(ProbeFunction.DEVICE_NAME, name, NAME_BYTES, device);
            return new CudaDevice(index, name.getString(0), attribute(CAPABILITY_MAJOR, device), attribute(CAPABILITY_MINOR, device));
        }

        private int attribute(int attribute, int device) throws CallFailed {
            MemorySegment number = arena.allocate(JAVA_INT);
            call(ProbeFunction.DEVICE_ATTRIBUTE, number, attribute, device);
            return number.get(JAVA_INT, 0);
        }

        private void call(ProbeFunction function, Object... arguments) throws CallFailed {
            require(function, functions.call(function, arguments));
        }

        private void require(ProbeFunction function, int status) throws CallFailed {
            if (status != 0) {
                MemorySegment text = arena.allocate(ADDRESS);
                String meaning = functions.call(ProbeFunction.ERROR_TEXT, status, text) == 0 ? NativeLibrary.text(text.get(ADDRESS, 0)) : "unknown";
                throw new CallFailed(Text.format("the CUDA driver fails: %s returns %d (%s)", function.symbol(), status, meaning));
            }
        }
    }
}
