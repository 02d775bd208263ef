package io.fluxo.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.cuda.driver.CudaDriver.Answer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaDriverTest {

    @TempDir
    Path folder;

    @Test
    void namesTheGpus() {
        assertThat(FakeDriver.withGpu(folder, 9, 0).ask()).isEqualTo(new Answer.Devices(List.of(new CudaDevice(0, "Imaginary GPU", 9, 0))));
    }

    @Test
    void saysThatThereIsNone() {
        assertThat(FakeDriver.withoutGpu(folder).ask()).isEqualTo(new Answer.Nothing("the CUDA driver finds no GPU"));
        assertThat(FakeDriver.failing(folder, 100).ask()).isEqualTo(new Answer.Nothing("the CUDA driver finds no GPU"));
    }

    @Test
    void saysWhatTheDriverSays() {
        assertThat(FakeDriver.failing(folder, 803).ask())
                .isEqualTo(new Answer.Nothing("the CUDA driver fails: cuInit returns 803 (system driver mismatch)"));
    }

    @Test
    void saysThatThereIsNoDriver() {
        assertThat(new CudaDriver("libcuda-of-nobody.so.1").ask())
                .isEqualTo(new Answer.Nothing("no CUDA driver: libcuda-of-nobody.so.1 cannot be loaded"));
    }
}
