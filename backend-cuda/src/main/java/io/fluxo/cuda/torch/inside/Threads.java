package io.fluxo.cuda.torch.inside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * How many threads libtorch computes with. OpenMP keeps the number for each thread that calls, OpenBLAS for the process, and libtorch does not pass it
 * on to OpenBLAS.
 */
final class Threads {

    private final ThreadLocal<Integer> ofCaller = ThreadLocal.withInitial(() -> 0);
    private final MethodHandle setForProducts = setForProducts();
    private int ofProducts;

    /** What the calling thread starts from now on is computed by {@code count} threads. */
    void claim(int count) {
        if (ofCaller.get() != count) {
            torch.set_num_threads(count);
            ofCaller.set(count);
            claimForProducts(count);
        }
    }

    private synchronized void claimForProducts(int count) {
        if (ofProducts != count) {
            try {
                setForProducts.invokeExact(count);
            } catch (Throwable impossible) {
                throw new IllegalStateException("OpenBLAS does not take a number of threads", impossible);
            }
            ofProducts = count;
        }
    }

    /** OpenBLAS lies beside JavaCPP's interface to it. JavaCPP's own function for this speaks to a second copy, which libtorch does not use. */
    private static MethodHandle setForProducts() {
        Path folder = Path.of(Loader.load(openblas.class)).getParent();
        try (Stream<Path> files = Files.list(folder)) {
            Path library = files.filter(file -> file.getFileName().toString().startsWith("libopenblas.")).sorted().findFirst()
                    .orElseThrow(() -> new IllegalStateException("there is no OpenBLAS in " + folder));
            return Linker.nativeLinker().downcallHandle(SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("openblas_set_num_threads"),
                    FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
