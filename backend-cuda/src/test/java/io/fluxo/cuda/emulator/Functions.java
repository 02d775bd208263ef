package io.fluxo.cuda.emulator;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fluxo.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.stream.Stream;

/** The functions of an emulator's library by their names, which all return a status. */
record Functions(SymbolLookup symbols) {

    /** The library stays loaded. */
    static Functions of(Emulator emulator) {
        return new Functions(SymbolLookup.libraryLookup(emulator.library(), Arena.global()));
    }

    /** Calls a function with ints, longs, bytes and addresses; returns its status. */
    int call(String function, Object... arguments) {
        MemoryLayout[] layouts = Stream.of(arguments).map(Functions::layout).toArray(MemoryLayout[]::new);
        try {
            return (int) Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), FunctionDescriptor.of(JAVA_INT, layouts))
                    .invokeWithArguments(List.of(arguments));
        } catch (Throwable impossible) {
            throw new IllegalStateException(function + " cannot be called", impossible);
        }
    }

    /** Calls a function, and throws an {@link EmulatorException} where it fails. */
    void require(String function, Object... arguments) {
        int status = call(function, arguments);
        if (status != 0) {
            throw new EmulatorException(status, Text.format("%s: %s", function, sentence(function, status)));
        }
    }

    private String sentence(String function, int status) {
        if (function.startsWith("cublasLt")) {
            try {
                MethodHandle text = Linker.nativeLinker().downcallHandle(symbols.findOrThrow("cublasLtGetStatusString"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
                return text((MemorySegment) text.invokeExact(status));
            } catch (Throwable impossible) {
                throw new IllegalStateException("cublasLtGetStatusString cannot be called", impossible);
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            return call("cuGetErrorString", status, pointer) == 0 ? text(pointer.get(ADDRESS, 0)) : "status " + status;
        }
    }

    private static String text(MemorySegment pointer) {
        return pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static MemoryLayout layout(Object argument) {
        return switch (argument) {
            case Integer _ -> JAVA_INT;
            case Long _ -> JAVA_LONG;
            case Byte _ -> JAVA_BYTE;
            case MemorySegment _ -> ADDRESS;
            default -> throw new IllegalArgumentException("no argument of C: " + argument);
        };
    }
}
