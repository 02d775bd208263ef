package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fluxo.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** NVRTC: compiles CUDA C++ to a GPU's machine code, without a GPU. */
public final class Nvrtc {

    private static final int COMPILATION_FAILED = 6;

    private final NativeLibrary<NvrtcFunction> library;

    /**
     * What comes of a source.
     *
     * @param image machine code, for {@link Driver#loadModule}
     * @param log   what the compiler says
     */
    public record Compiled(byte[] image, String log) {}

    private Nvrtc(NativeLibrary<NvrtcFunction> library) {
        this.library = library;
    }

    /** @throws UnusableLibraryException where there is none */
    public static Nvrtc load(CudaLibraries libraries) {
        return new Nvrtc(libraries.load(CudaLibraries.Library.NVRTC, NvrtcFunction.class));
    }

    /** {@code 13.0} */
    public String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(JAVA_INT, 2);
            call(NvrtcFunction.VERSION, numbers, numbers.asSlice(JAVA_INT.byteSize()));
            return Text.format("%d.%d", numbers.get(JAVA_INT, 0), numbers.getAtIndex(JAVA_INT, 1));
        }
    }

    /** The compute capabilities that it compiles for: 75 is 7.5. */
    public List<Integer> architectures() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            call(NvrtcFunction.ARCHITECTURE_COUNT, count);
            MemorySegment numbers = arena.allocate(JAVA_INT, count.get(JAVA_INT, 0));
            call(NvrtcFunction.ARCHITECTURES, numbers);
            return IntStream.range(0, count.get(JAVA_INT, 0)).mapToObj(i -> numbers.getAtIndex(JAVA_INT, i)).toList();
        }
    }

    /**
     * Compiles a source.
     *
     * @param name    its name in messages
     * @param options the compiler's options
     * @throws IllegalStateException with the compiler's messages where the source is wrong
     */
    public Compiled compile(String name, String source, List<String> options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            call(NvrtcFunction.CREATE, pointer, arena.allocateFrom(source), arena.allocateFrom(name), 0, MemorySegment.NULL, MemorySegment.NULL);
            MemorySegment program = pointer.get(ADDRESS, 0);
            try {
                MemorySegment texts = arena.allocate(ADDRESS, options.size());
                for (int i = 0; i < options.size(); i++) {
                    texts.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
                }
                int status = library.call(NvrtcFunction.COMPILE, program, options.size(), texts);
                if (status == COMPILATION_FAILED) {
                    throw new IllegalStateException(Text.format("NVRTC cannot compile %s:%n%s", name, log(arena, program)));
                }
                require(NvrtcFunction.COMPILE, status);
                return new Compiled(bytes(arena, program, NvrtcFunction.CUBIN_SIZE, NvrtcFunction.CUBIN), log(arena, program));
            } finally {
                call(NvrtcFunction.DESTROY, pointer);
            }
        }
    }

    private String log(Arena arena, MemorySegment program) {
        return new String(bytes(arena, program, NvrtcFunction.LOG_SIZE, NvrtcFunction.LOG), StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    private byte[] bytes(Arena arena, MemorySegment program, NvrtcFunction size, NvrtcFunction contents) {
        MemorySegment count = arena.allocate(JAVA_LONG);
        call(size, program, count);
        MemorySegment bytes = arena.allocate(Math.max(1, count.get(JAVA_LONG, 0)));
        call(contents, program, bytes);
        return bytes.toArray(JAVA_BYTE);
    }

    private void call(NvrtcFunction function, Object... arguments) {
        require(function, library.call(function, arguments));
    }

    private static void require(NvrtcFunction function, int status) {
        if (status != 0) {
            throw new CudaException(status, Text.format("%s fails: NVRTC's error %d", function.symbol(), status));
        }
    }
}
