package io.fluxo.cuda.operation;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.Nvrtc;
import io.fluxo.cuda.driver.UnusableLibraryException;
import io.fluxo.cuda.kernel.KernelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A real compiler for GPUs, which needs no GPU: NVRTC, or else {@code nvcc}. */
interface KernelCompiler {

    /** What the assembler says about {@code source} for an architecture (75 is 7.5); an error where it does not compile. */
    String log(KernelSource source, int architecture);

    /** The one of this machine; the test is skipped where there is none. */
    static KernelCompiler here(Path folder) {
        try {
            Nvrtc nvrtc = Nvrtc.load(CudaLibraries.here());
            return (source, architecture) -> nvrtc.compile(source.name(), source.text(), List.of("--std=c++17", "--ptxas-options=-v", "--gpu-architecture=sm_" + architecture)).log();
        } catch (UnusableLibraryException absent) {
            Optional<Path> nvcc = Stream.of(System.getenv("PATH").split(":")).map(entry -> Path.of(entry, "nvcc")).filter(Files::isExecutable).findFirst();
            assumeTrue(nvcc.isPresent(), "neither NVRTC nor nvcc is on this machine");
            return (source, architecture) -> byNvcc(nvcc.get(), folder, source, architecture);
        }
    }

    private static String byNvcc(Path nvcc, Path folder, KernelSource source, int architecture) {
        try {
            Path file = folder.resolve(source.name());
            Files.writeString(file, source.text());
            Process process = new ProcessBuilder(nvcc.toString(), "-std=c++17", "-cubin", "-Xptxas", "-v", "-arch=sm_" + architecture, "-o", file + ".cubin", file.toString())
                    .redirectErrorStream(true).start();
            String log = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IllegalStateException(log);
            }
            return log;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
