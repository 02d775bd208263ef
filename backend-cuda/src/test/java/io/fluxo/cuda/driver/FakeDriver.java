package io.fluxo.cuda.driver;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A CUDA driver's library made by the C compiler, with answers as a test wants them; where there is no compiler, the test is skipped. */
public final class FakeDriver {

    private FakeDriver() {}

    /** A driver with one GPU of this compute capability. */
    public static CudaDriver withGpu(Path folder, int major, int minor) {
        return compiled(folder, 0, 1, major, minor);
    }

    /** A driver without a GPU. */
    public static CudaDriver withoutGpu(Path folder) {
        return compiled(folder, 0, 0, 0, 0);
    }

    /** A driver whose cuInit returns {@code status}. */
    public static CudaDriver failing(Path folder, int status) {
        return compiled(folder, status, 0, 0, 0);
    }

    private static CudaDriver compiled(Path folder, int init, int count, int major, int minor) {
        try (InputStream source = FakeDriver.class.getResourceAsStream("fake_cuda.c")) {
            Path code = folder.resolve("fake_cuda.c");
            Files.write(code, source.readAllBytes());
            Path library = Files.createTempFile(folder, "libcuda", ".so");
            Process compiler = new ProcessBuilder(List.of("cc", "-shared", "-fPIC", "-DINIT=" + init, "-DCOUNT=" + count, "-DMAJOR=" + major,
                    "-DMINOR=" + minor, "-o", library.toString(), code.toString())).inheritIO().start();
            if (compiler.waitFor() != 0) {
                throw new IllegalStateException("cc cannot compile " + code);
            }
            return new CudaDriver(library.toString());
        } catch (IOException noCompiler) {
            assumeTrue(false, "there is no C compiler: " + noCompiler.getMessage());
            throw new UncheckedIOException(noCompiler);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
