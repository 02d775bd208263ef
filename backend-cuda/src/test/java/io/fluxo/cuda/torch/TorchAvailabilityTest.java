package io.fluxo.cuda.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Availability;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One clear line for each thing that can be missing, when it is asked for and when it is listed. */
class TorchAvailabilityTest {

    @TempDir
    Path folder;

    @Test
    void nothingInstalled() {
        says(on("linux-x86_64"), "natives not installed: ./fluxo install torch fetches them (about 113 MB)");
    }

    @Test
    void aPlatformWithoutLibtorch() {
        says(on("linux-arm64"), "torch has no natives for linux-arm64 (only for linux-x86_64, macosx-arm64, macosx-x86_64, windows-x86_64)");
    }

    @Test
    void saysItsVersion() throws IOException {
        install();
        assertThat(on("linux-x86_64").probe()).isInstanceOfSatisfying(Availability.Available.class,
                available -> assertThat(available.device()).isEqualTo("CPU, libtorch 2.10.0, one thread"));
    }

    @Test
    void nativesThatAreNone() throws IOException {
        install();
        assertThatThrownBy(() -> on("linux-x86_64").open(BackendOptions.DEFAULT)).isInstanceOf(BackendUnavailableException.class)
                .hasMessageStartingWith("the backend 'torch' cannot run: libtorch does not start: ").message().hasLineCount(1);
    }

    @Test
    void optionsItDoesNotHave() throws IOException {
        install();
        assertThatThrownBy(() -> on("linux-x86_64").open(new BackendOptions(DType.BF16, 0, 1))).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("the backend 'torch' cannot run: it computes in f32 and f64, not in bf16");
        assertThatThrownBy(() -> on("linux-x86_64").open(new BackendOptions(DType.F32, 1, 1))).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("the backend 'torch' cannot run: it has one device, 0: there is no device 1");
    }

    private static void says(TorchProvider provider, String reason) {
        assertThat(provider.probe()).isEqualTo(new Availability.Unavailable(reason));
        assertThatThrownBy(() -> provider.open(BackendOptions.DEFAULT)).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("the backend 'torch' cannot run: " + reason);
    }

    private TorchProvider on(String platform) {
        return new TorchProvider(new Installation(folder, platform));
    }

    /** An installation of one jar with nothing in it. */
    private void install() throws IOException {
        Path jar = Files.writeString(folder.resolve("pytorch-2.10.0-1.5.13.jar"), "");
        Files.writeString(new Installation(folder, "linux-x86_64").classPathFile(Natives.TORCH), jar.toString());
    }
}
