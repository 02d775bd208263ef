package io.fluxo.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where CUDA's libraries are looked for, and in which order. */
class CudaLibrariesTest {

    @TempDir
    Path folder;

    private Path packages(String prefix) throws IOException {
        return Files.createDirectories(folder.resolve(prefix).resolve("lib/python3.12/site-packages"));
    }

    private List<Path> own(CudaLibraries libraries) {
        return libraries.folders().stream().filter(path -> path.startsWith(folder)).toList();
    }

    @Test
    void pythonsPackagesComeBeforeTheToolkit() throws IOException {
        Path active = packages("active");
        Path user = packages("home/.local");
        Files.createDirectories(user.resolve("nvidia/cublas/lib"));
        CudaLibraries libraries = new CudaLibraries(List.of(), Map.of("VIRTUAL_ENV", folder.resolve("active").toString(), "CUDA_HOME", folder.resolve("cuda").toString()),
                folder.resolve("home"));
        assertThat(own(libraries)).containsExactly(active.resolve("nvidia/cu13/lib"), user.resolve("nvidia/cu13/lib"), user.resolve("nvidia/cublas/lib"),
                folder.resolve("cuda/lib64"), folder.resolve("cuda/lib"), folder.resolve("cuda/targets/x86_64-linux/lib"));
    }

    @Test
    void thePythonOnThePathIsFollowedToItsEnvironment() throws IOException {
        Path packages = packages("opt/env");
        Path python = Files.createDirectories(folder.resolve("opt/env/bin")).resolve("python3");
        Files.createFile(python);
        assertThat(python.toFile().setExecutable(true)).isTrue();
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("python3"), python);
        assertThat(own(new CudaLibraries(List.of(), Map.of("PATH", "/nowhere:" + bin), folder))).containsExactly(packages.resolve("nvidia/cu13/lib"));
    }

    @Test
    void aLinkToItselfEnds() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("prefix/bin"));
        Path python = bin.resolve("python3");
        Files.createSymbolicLink(python, Path.of("python3"));
        assertThat(own(new CudaLibraries(List.of(), Map.of("PATH", bin.toString()), folder))).isEmpty();
    }

    @Test
    void saysWhatIsMissingAndWhereItWasLookedFor() {
        CudaLibraries libraries = new CudaLibraries(List.of(folder), Map.of(), folder);
        assertThatThrownBy(() -> libraries.load(CudaLibraries.Library.CUBLAS_LT, CublasLtFunction.class)).isInstanceOf(UnusableLibraryException.class)
                .hasMessage("cuBLASLt, CUDA's matrix products, is not found: libcublasLt.so.13 or libcublasLt.so.12 (looked in FLUXO_CUDA_LIBRARIES, the system's libraries, "
                        + "Python's nvidia packages and CUDA_HOME)");
    }

    @Test
    void aNamedFileThatIsNoLibraryIsAnErrorAndNotPassedOver() throws IOException {
        Files.writeString(folder.resolve("libnvrtc.so.13"), "not a library");
        CudaLibraries libraries = new CudaLibraries(List.of(folder), Map.of(), folder);
        assertThatThrownBy(() -> libraries.load(CudaLibraries.Library.NVRTC, NvrtcFunction.class)).isInstanceOf(UnusableLibraryException.class)
                .hasMessage(folder.resolve("libnvrtc.so.13") + " cannot be loaded");
    }
}
