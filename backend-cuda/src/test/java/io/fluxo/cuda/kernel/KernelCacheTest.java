package io.fluxo.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.Driver;
import io.fluxo.cuda.driver.Nvrtc;
import io.fluxo.cuda.emulator.Emulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machine code is compiled once, and again where what was kept is damaged or not for this driver. */
class KernelCacheTest {

    @TempDir
    Path folder;

    private final AtomicInteger compilations = new AtomicInteger();

    private byte[] get(String key) {
        return new KernelCache(folder.resolve("kernels")).get(key, () -> {
            compilations.incrementAndGet();
            return ("code of " + key).getBytes();
        });
    }

    private Path only() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("kernels"))) {
            return files.reduce((one, other) -> {
                throw new IllegalStateException(one + " and " + other);
            }).orElseThrow();
        }
    }

    @Test
    void compilesOnceForEachKey() {
        assertThat(get("a")).isEqualTo(get("a")).isEqualTo("code of a".getBytes());
        assertThat(compilations).hasValue(1);
        assertThat(get("b")).isEqualTo("code of b".getBytes());
        assertThat(compilations).hasValue(2);
    }

    @Test
    void whatIsDamagedIsCompiledAgain() throws IOException {
        get("a");
        byte[] kept = Files.readAllBytes(only());
        kept[3] ^= 1;
        Files.write(only(), kept);
        assertThat(get("a")).isEqualTo("code of a".getBytes());
        Files.write(only(), new byte[5]);
        assertThat(get("a")).isEqualTo("code of a".getBytes());
        assertThat(compilations).hasValue(3);
    }

    @Test
    void aFolderThatCannotBeWrittenToKeepsNothing() throws IOException {
        Files.writeString(folder.resolve("kernels"), "a file");
        assertThat(get("a")).isEqualTo(get("a"));
        assertThat(compilations).hasValue(2);
    }

    @Test
    void codeThatTheDriverRefusesIsCompiledAgain() throws IOException {
        CudaLibraries libraries = new CudaLibraries(List.of(Emulator.built().folder()), Map.of(), folder);
        Driver driver = Driver.load(libraries);
        driver.use(driver.retainContext(0));
        KernelSource source = new KernelSource("nothing.cu", "extern \"C\" __global__ void nothing() {}\n");
        KernelCache cache = new KernelCache(folder.resolve("kernels"));
        try (KernelLibrary first = new KernelLibrary(driver, Nvrtc.load(libraries), driver.device(0), cache)) {
            first.get(source, "nothing");
        }
        Path kept = only();
        byte[] sound = Files.readAllBytes(kept);
        Files.delete(kept);
        new KernelCache(folder.resolve("other")).renewed("key", () -> "of another driver".getBytes());
        try (Stream<Path> files = Files.list(folder.resolve("other"))) {
            Files.move(files.findFirst().orElseThrow(), kept);
        }
        try (KernelLibrary second = new KernelLibrary(driver, Nvrtc.load(libraries), driver.device(0), cache)) {
            assertThat(second.get(source, "nothing").name()).isEqualTo("nothing");
        }
        assertThat(Files.size(kept)).isEqualTo(sound.length);
    }
}
