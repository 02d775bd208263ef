package io.fluxo.cuda.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Availability;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.driver.FakeDriver;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One clear line for each thing that can be missing, when it is asked for and when it is listed. */
class AvailabilityTest {

    private static final CudaDriver NO_DRIVER = new CudaDriver("libcuda-of-nobody.so.1");
    private static final String NO_DRIVER_SAYS = "no CUDA driver: libcuda-of-nobody.so.1 cannot be loaded; use nd4j-native or simd, which run on the CPU";

    @TempDir
    Path folder;

    private Installation installation;

    @BeforeEach
    void prepare() {
        installation = new Installation(folder.resolve(".natives"), "linux-x86_64");
    }

    @Test
    void aGpuNd4jHasNoCodeFor() throws IOException {
        install(Natives.CUDA, "linux-x86_64");
        says(cuda(FakeDriver.withGpu(folder, 9, 0)), "GPU 0, Imaginary GPU, has compute capability 9.0; nd4j-cuda has code for 3.7 … 8.6 alone: "
                + "use nd4j-native or simd, which run on the CPU");
        says(any(FakeDriver.withGpu(folder, 8, 9)), "GPU 0, Imaginary GPU, has compute capability 8.9; nd4j-cuda has code for 3.7 … 8.6 alone: "
                + "use nd4j-native or simd, which run on the CPU");
        assertThat(cuda(FakeDriver.withGpu(folder, 3, 5)).probe()).isInstanceOf(Availability.Unavailable.class);
    }

    @Test
    void aGpuNd4jHasCodeFor() throws IOException {
        CudaDriver driver = FakeDriver.withGpu(folder, 8, 6);
        says(cuda(driver), "natives not installed: ./fluxo install nd4j-cuda fetches them (about 2,460 MB)");
        install(Natives.CUDA, "linux-x86_64");
        assertThat(cuda(driver).probe()).isInstanceOfSatisfying(Availability.Available.class,
                available -> assertThat(available.device()).isEqualTo("GPU 0, Imaginary GPU, compute capability 8.6"));
        assertThat(any(driver).probe()).isInstanceOf(Availability.Available.class);
        assertThat(cuda(FakeDriver.withGpu(folder, 3, 7)).probe()).isInstanceOf(Availability.Available.class);
        assertThatThrownBy(() -> cuda(driver).open(new BackendOptions(DType.F32, 2, 1))).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("the backend 'nd4j-cuda' cannot run: there is no device 2: this machine's GPUs are 0 … 0");
    }

    @Test
    void noGpuAndNoDriver() throws IOException {
        install(Natives.CUDA, "linux-x86_64");
        says(any(FakeDriver.withoutGpu(folder)), "the CUDA driver finds no GPU; use nd4j-native or simd, which run on the CPU");
        says(any(FakeDriver.failing(folder, 803)),
                "the CUDA driver fails: cuInit returns 803 (system driver mismatch); use nd4j-native or simd, which run on the CPU");
        says(any(NO_DRIVER), NO_DRIVER_SAYS);
    }

    @Test
    void nothingInstalled() {
        says(cpu(), "natives not installed: ./fluxo install nd4j-native fetches them (about 129 MB)");
        says(any(NO_DRIVER), "on the CPU, natives not installed: ./fluxo install nd4j-native fetches them (about 129 MB); on a GPU, " + NO_DRIVER_SAYS);
    }

    @Test
    void nativesOfAnotherPlatform() throws IOException {
        install(Natives.NATIVE, "linux-arm64");
        says(cpu(), "natives are installed for linux-arm64, and this is linux-x86_64: ./fluxo install nd4j-native");
        installation = new Installation(installation.folder(), "linux-riscv64");
        says(cpu(), "nd4j-native has no natives for linux-riscv64 (only for linux-arm64, linux-x86_64, macosx-arm64, macosx-x86_64, windows-x86_64)");
    }

    @Test
    void nativesThatAreGone() throws IOException {
        Path jar = install(Natives.NATIVE, "linux-x86_64");
        Files.delete(jar);
        says(cpu(), "natives were installed, but " + jar + " is gone: ./fluxo install nd4j-native again");
    }

    @Test
    void nativesThatAreNone() throws IOException {
        install(Natives.NATIVE, "linux-x86_64");
        assertThatThrownBy(() -> cpu().open(BackendOptions.DEFAULT)).isInstanceOf(BackendUnavailableException.class)
                .hasMessageStartingWith("the backend 'nd4j-native' cannot run: nd4j does not start: ").message().hasLineCount(1);
    }

    @Test
    void optionsItDoesNotHave() throws IOException {
        install(Natives.NATIVE, "linux-x86_64");
        assertThatThrownBy(() -> cpu().open(new BackendOptions(DType.BF16, 0, 1))).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("the backend 'nd4j-native' cannot run: it computes in f32 and f64, not in bf16");
        assertThatThrownBy(() -> cpu().open(new BackendOptions(DType.F32, 1, 1))).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("the backend 'nd4j-native' cannot run: nd4j-native has one device, 0: there is no device 1");
    }

    private static void says(BackendProvider provider, String reason) {
        assertThat(provider.probe()).isEqualTo(new Availability.Unavailable(reason));
        assertThatThrownBy(() -> provider.open(BackendOptions.DEFAULT)).isInstanceOf(BackendUnavailableException.class).hasMessageContaining(reason)
                .message().hasLineCount(1);
    }

    /** An installation of one jar with nothing in it. */
    private Path install(Natives natives, String platform) throws IOException {
        Path jar = Files.writeString(folder.resolve(natives.label() + ".jar"), "");
        Path file = new Installation(installation.folder(), platform).classPathFile(natives);
        Files.createDirectories(file.getParent());
        Files.writeString(file, jar.toString());
        return jar;
    }

    private Nd4jProvider cpu() {
        return new Nd4jProvider(Natives.NATIVE, installation, NO_DRIVER);
    }

    private Nd4jProvider cuda(CudaDriver driver) {
        return new Nd4jProvider(Natives.CUDA, installation, driver);
    }

    private AnyNd4j any(CudaDriver driver) {
        return new AnyNd4j(cpu(), cuda(driver));
    }
}
