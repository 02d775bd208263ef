package io.fluxo.cuda.emulator;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.stream.Stream;

/** An emulated device for tests of the emulator: CUDA's functions in a few words. It is not the one that other tests use: a test may break it. */
final class DeviceUnderTest implements AutoCloseable {

    static final int CAPTURE_GLOBALLY = 0;
    static final int CAPTURE_RELAXED = 2;

    /** One copy for all tests of this JVM. */
    private static final class Holder {

        private static final Emulator COPY = copy();

        private static Emulator copy() {
            try {
                return Emulator.built().copiedTo(Files.createTempDirectory("fluxo-emulator"));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    final Functions functions;
    final EmulatedDevice controls;
    final MemorySegment stream;
    private final Arena arena = Arena.ofConfined();

    private DeviceUnderTest(Emulator emulator) {
        functions = Functions.of(emulator);
        controls = EmulatedDevice.of(emulator);
        functions.require("cuInit", 0);
        functions.require("cuCtxSetCurrent", pointer("cuDevicePrimaryCtxRetain", 0));
        stream = pointer("cuStreamCreate", 1);
    }

    static DeviceUnderTest open() {
        Emulator.built();
        return new DeviceUnderTest(Holder.COPY);
    }

    /** Everything is destroyed, whatever state it is in. */
    @Override
    public void close() {
        controls.seed(0);
        controls.memory(4L << 30);
        controls.reset();
        arena.close();
    }

    /** What a function writes to its first argument. */
    MemorySegment pointer(String function, Object... others) {
        MemorySegment place = arena.allocate(ADDRESS);
        functions.require(function, Stream.concat(Stream.of(place), Stream.of(others)).toArray());
        return place.get(ADDRESS, 0);
    }

    // ---- kernels

    /** A compilation. */
    record Compiled(int status, String log, byte[] image) {}

    static String source(String name) {
        try (InputStream in = DeviceUnderTest.class.getResourceAsStream("kernels/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    Compiled compile(String name, String source, String... options) {
        MemorySegment program = pointer("nvrtcCreateProgram", arena.allocateFrom(source), arena.allocateFrom(name), 0, MemorySegment.NULL, MemorySegment.NULL);
        MemorySegment texts = arena.allocate(ADDRESS, options.length + 1L);
        for (int i = 0; i < options.length; i++) {
            texts.setAtIndex(ADDRESS, i, arena.allocateFrom(options[i]));
        }
        int status = functions.call("nvrtcCompileProgram", program, options.length, texts);
        String log = new String(bytes(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog"), StandardCharsets.UTF_8);
        byte[] image = bytes(program, "nvrtcGetCUBINSize", "nvrtcGetCUBIN");
        MemorySegment place = arena.allocate(ADDRESS);
        place.set(ADDRESS, 0, program);
        functions.require("nvrtcDestroyProgram", place);
        return new Compiled(status, log, image);
    }

    private byte[] bytes(MemorySegment program, String size, String contents) {
        MemorySegment count = arena.allocate(JAVA_LONG);
        functions.require(size, program, count);
        MemorySegment bytes = arena.allocate(count.get(JAVA_LONG, 0) + 1);
        functions.require(contents, program, bytes);
        return bytes.asSlice(0, count.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
    }

    MemorySegment load(byte[] image) {
        return pointer("cuModuleLoadData", arena.allocateFrom(JAVA_BYTE, image));
    }

    /** A kernel of one of the sources beside this class. */
    MemorySegment kernel(String file, String name, String... options) {
        return kernelOf(file, source(file), name, options);
    }

    MemorySegment kernelOf(String file, String source, String name, String... options) {
        Compiled compiled = compile(file, source, Stream.concat(Stream.of("--gpu-architecture=sm_90"), Stream.of(options)).toArray(String[]::new));
        if (compiled.status != 0) {
            throw new IllegalStateException(compiled.log);
        }
        return pointer("cuModuleGetFunction", load(compiled.image), arena.allocateFrom(name));
    }

    /** Launches a kernel with ints, longs (addresses) and floats. */
    void launch(MemorySegment kernel, int grid, int block, Object... arguments) {
        launchWith(kernel, grid, block, 0, arguments);
    }

    void launchWith(MemorySegment kernel, int grid, int block, int sharedBytes, Object... arguments) {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment pointers = call.allocate(ADDRESS, arguments.length + 1L);
            for (int i = 0; i < arguments.length; i++) {
                pointers.setAtIndex(ADDRESS, i, switch (arguments[i]) {
                    case Integer number -> call.allocateFrom(JAVA_INT, number);
                    case Long number -> call.allocateFrom(JAVA_LONG, number);
                    case Float number -> call.allocateFrom(JAVA_FLOAT, number);
                    default -> throw new IllegalArgumentException("no argument of a kernel: " + arguments[i]);
                });
            }
            functions.require("cuLaunchKernel", kernel, grid, 1, 1, block, 1, 1, sharedBytes, stream, pointers, MemorySegment.NULL);
        }
    }

    // ---- memory

    long allocate(long bytes) {
        MemorySegment place = arena.allocate(JAVA_LONG);
        functions.require("cuMemAlloc_v2", place, bytes);
        return place.get(JAVA_LONG, 0);
    }

    /** Host memory that lives as long as the device. */
    MemorySegment host(float... values) {
        return arena.allocateFrom(JAVA_FLOAT, values);
    }

    long floats(float... values) {
        long address = allocate(4L * values.length);
        functions.require("cuMemcpyHtoDAsync_v2", address, host(values), 4L * values.length, stream);
        return address;
    }

    long ints(int... values) {
        long address = allocate(4L * values.length);
        functions.require("cuMemcpyHtoDAsync_v2", address, arena.allocateFrom(JAVA_INT, values), 4L * values.length, stream);
        return address;
    }

    float[] floatsAt(long address, int count) {
        MemorySegment values = arena.allocate(JAVA_FLOAT, count);
        functions.require("cuMemcpyDtoHAsync_v2", values, address, 4L * count, stream);
        synchronize();
        return values.toArray(JAVA_FLOAT);
    }

    int[] intsAt(long address, int count) {
        MemorySegment values = arena.allocate(JAVA_INT, count);
        functions.require("cuMemcpyDtoHAsync_v2", values, address, 4L * count, stream);
        synchronize();
        return values.toArray(JAVA_INT);
    }

    // ---- streams

    void synchronize() {
        functions.require("cuStreamSynchronize", stream);
    }

    /** What {@code work} asks for, as a graph that can be launched. */
    MemorySegment captured(Runnable work) {
        functions.require("cuStreamBeginCapture_v2", stream, CAPTURE_GLOBALLY);
        work.run();
        MemorySegment place = arena.allocate(ADDRESS);
        functions.require("cuStreamEndCapture", stream, place);
        MemorySegment graph = place.get(ADDRESS, 0);
        MemorySegment executable = pointer("cuGraphInstantiateWithFlags", graph, 0L);
        functions.require("cuGraphDestroy", graph);
        return executable;
    }

    /** Ends a capture; its status. */
    int endCapture() {
        return functions.call("cuStreamEndCapture", stream, arena.allocate(ADDRESS));
    }
}
