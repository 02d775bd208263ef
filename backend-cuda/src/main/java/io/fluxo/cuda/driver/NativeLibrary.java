package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fluxo.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A loaded library with its functions bound. It stays loaded: CUDA's libraries start threads and cannot be unloaded safely.
 *
 * @param <F> the functions
 */
final class NativeLibrary<F extends Enum<F> & NativeFunction> {

    private final Map<F, MethodHandle> functions;

    private NativeLibrary(Map<F, MethodHandle> functions) {
        this.functions = functions;
    }

    /**
     * @param file a path, or a name that the system's loader finds
     * @throws UnusableLibraryException where it cannot be loaded, or lacks a function
     */
    static <F extends Enum<F> & NativeFunction> NativeLibrary<F> load(String file, Class<F> functions) {
        SymbolLookup symbols = symbols(file);
        List<String> missing = Stream.of(functions.getEnumConstants()).map(NativeFunction::symbol).filter(symbol -> symbols.find(symbol).isEmpty()).toList();
        if (!missing.isEmpty()) {
            throw new UnusableLibraryException(Text.format("%s lacks %s", file, String.join(", ", missing)));
        }
        Map<F, MethodHandle> bound = new EnumMap<>(functions);
        for (F function : functions.getEnumConstants()) {
            bound.put(function, Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function.symbol()),
                    FunctionDescriptor.of(JAVA_INT, function.signature().parameters().toArray(MemoryLayout[]::new))));
        }
        return new NativeLibrary<>(bound);
    }

    private static SymbolLookup symbols(String file) {
        try {
            return file.contains("/") || file.contains("\\") ? SymbolLookup.libraryLookup(Path.of(file), Arena.global()) : SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException | IllegalCallerException absent) {
            throw new UnusableLibraryException(Text.format("%s cannot be loaded", file));
        }
    }

    /** Whether the system's loader takes {@code file}: a path, or a name. */
    static boolean isLoadable(String file) {
        try {
            symbols(file);
            return true;
        } catch (UnusableLibraryException absent) {
            return false;
        }
    }

    /** The handle of {@code function}, for calls that are made often. */
    MethodHandle handle(F function) {
        return functions.get(function);
    }

    /** Calls {@code function}: ints, longs and memory segments, as its parameters say. */
    int call(F function, Object... arguments) {
        try {
            return (int) functions.get(function).invokeWithArguments(new ArrayList<>(List.of(arguments)));
        } catch (Throwable thrown) {
            throw impossible(function, thrown);
        }
    }

    /** What a call throws of itself: arguments that do not fit, which is a fault of the caller. */
    static IllegalStateException impossible(NativeFunction function, Throwable thrown) {
        return new IllegalStateException(Text.format("%s cannot be called", function.symbol()), thrown);
    }

    /** The text at a pointer that a function has handed out. */
    static String text(MemorySegment pointer) {
        return pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }
}
