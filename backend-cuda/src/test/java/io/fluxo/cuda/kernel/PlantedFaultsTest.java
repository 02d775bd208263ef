package io.fluxo.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.cuda.driver.CudaException;
import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.Driver;
import io.fluxo.cuda.driver.Nvrtc;
import io.fluxo.cuda.emulator.EmulatedDevice;
import io.fluxo.cuda.emulator.Emulator;
import io.fluxo.cuda.emulator.Replay;
import io.fluxo.cuda.emulator.Sanitizer;
import io.fluxo.cuda.memory.DeviceMemory;
import io.fluxo.cuda.memory.ExactMemory;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.cuda.memory.Transfers;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The product's own kernels with a fault in one line each: the emulator's seeded orders, its red zones, or a sanitizer finds it; the sound kernel passes. Each test shows both, so that
 * none can pass because nothing was looked at.
 */
class PlantedFaultsTest {

    private static final int SEEDS = 5;

    @TempDir
    Path folder;

    private EmulatedDevice device;
    private Driver driver;
    private MemorySegment stream;
    private DeviceMemory memory;
    private Transfers transfers;
    private KernelLibrary kernels;
    private Launcher launcher;

    @BeforeEach
    void open() {
        Emulator emulator = Emulator.built();
        device = EmulatedDevice.of(emulator);
        CudaLibraries libraries = new CudaLibraries(List.of(emulator.folder()), Map.of(), folder);
        driver = Driver.load(libraries);
        driver.use(driver.retainContext(0));
        stream = driver.createStream();
        memory = new DeviceMemory(new ExactMemory(driver, stream));
        transfers = new Transfers(driver, stream);
        kernels = new KernelLibrary(driver, Nvrtc.load(libraries), driver.device(0), new KernelCache(emulator.folder().resolve("kernels")));
        launcher = new Launcher(driver, stream);
    }

    /** A kernel may have left the device in an error that stays. */
    @AfterEach
    void reset() {
        device.seed(0);
        device.reset();
    }

    /** The source with one place changed, which must be there. */
    private static KernelSource changed(String name, String sound, String faulty) {
        KernelSource source = KernelSource.resource(name);
        assertThat(source.code()).contains(sound);
        return new KernelSource(name, source.code().replace(sound, faulty));
    }

    private GpuTensor up(float... values) {
        GpuTensor tensor = memory.make(Shape.of(values.length), DType.F32);
        transfers.up(HostArray.of(Shape.of(values.length), values), tensor);
        return tensor;
    }

    private GpuTensor up(int... values) {
        GpuTensor tensor = memory.make(Shape.of(values.length), DType.I32);
        transfers.up(HostArray.of(Shape.of(values.length), values), tensor);
        return tensor;
    }

    private GpuTensor room(int elements) {
        GpuTensor tensor = memory.make(Shape.of(elements), DType.F32);
        driver.fill(tensor.address(), (byte) 0, tensor.bytes(), stream);
        return tensor;
    }

    private String text(GpuTensor tensor) {
        return Arrays.toString(transfers.down(tensor).toFloats());
    }

    private Launch launch(KernelSource source, String kernel) {
        return Launch.of(launcher, kernels.get(source, kernel));
    }

    // ---- a barrier that is missing

    /** Row sums of [2 300] in seeded orders: what came out. */
    private Set<String> rowSums(KernelSource source) {
        float[] x = new float[600];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 7;
        }
        Set<String> found = new TreeSet<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            device.seed(seed);
            GpuTensor sums = room(2);
            launch(source, "sum_rows_f32").tensor(up(x)).tensor(sums).number(2).number(300).number(1).grid(2, 1, 1, 256, 0).run();
            found.add(text(sums));
        }
        return found;
    }

    @Test
    void aRemovedBarrierChangesTheResultInSomeOrder() {
        KernelSource faulty = changed("reductions.cu", "    room[threadIdx.x] = result;\n    __syncthreads();\n", "    room[threadIdx.x] = result;\n");
        assertThat(rowSums(KernelSource.resource("reductions.cu"))).containsExactly("[897.0, 898.0]");
        assertThat(rowSums(faulty)).isNotEqualTo(Set.of("[897.0, 898.0]"));
    }

    // ---- a store after the end

    private void fill(KernelSource source) {
        GpuTensor filled = room(10);
        launch(source, "fill_4").tensor(filled).number(7).number(10).forEach(10, 32).run();
        driver.synchronize(stream);
        memory.release(filled);
    }

    @Test
    void aStoreAfterTheEndIsAnError() {
        fill(KernelSource.resource("movements.cu"));
        KernelSource faulty = changed("movements.cu", "T value, i64 n) {\n  FOR_EACH(i, n)", "T value, i64 n) {\n  FOR_EACH(i, n + 1)");
        assertThatThrownBy(() -> fill(faulty)).isInstanceOf(CudaException.class).hasMessageContaining("fill_4");
    }

    // ---- an index that is wrong

    private String transposed(KernelSource source) {
        GpuTensor y = room(6);
        long[] walk = new long[1 + 3 * 8];
        walk[0] = 2;
        walk[1] = 3;
        walk[2] = 2;
        walk[9] = 1;                                                              // from rows of 3
        walk[10] = 3;
        walk[17] = 2;                                                             // to rows of 2
        walk[18] = 1;
        launch(source, "copy_4").tensor(up(1f, 2f, 3f, 4f, 5f, 6f)).tensor(y).struct(walk).number(0).number(0).number(6).forEach(6, 32).run();
        return text(y);
    }

    @Test
    void aWrongIndexGivesAWrongResult() {
        assertThat(transposed(KernelSource.resource("movements.cu"))).isEqualTo("[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]");
        assertThat(transposed(changed("movements.cu", "y[to + at[1]] = x", "y[to + at[0]] = x"))).isNotEqualTo("[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]");
    }

    // ---- two blocks that write one place

    private String scattered(KernelSource source) {
        GpuTensor y = room(4);
        GpuTensor fault = room(6);
        GpuTensor keys = memory.make(Shape.of(4), DType.I64);
        launch(source, "sort_tiles_i32").tensor(up(1, 0, 1, 1)).tensor(keys).number(2).number(4).tensor(fault).grid(1, 1, 1, 256, 0).run();
        launch(source, "add_rows").tensor(keys).tensor(up(1f, 2f, 10f, 20f, 100f, 200f, 1000f, 2000f)).tensor(y).number(2).number(4).grid(4, 1, 1, 32, 0).run();
        return text(y);
    }

    @Test
    void twoBlocksThatWriteOnePlaceAreFound() {
        KernelSource faulty = changed("indexing.cu", " || (first > 0 && keys[first - 1] >> 32 == index)", "");
        assertThat(scattered(KernelSource.resource("indexing.cu"))).isEqualTo("[10.0, 20.0, 1101.0, 2202.0]");
        Set<String> found = new TreeSet<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            device.seed(seed);
            found.add(scattered(faulty));
        }
        assertThat(found).isNotEqualTo(Set.of("[10.0, 20.0, 1101.0, 2202.0]"));
    }

    private Replay replayed(Sanitizer sanitizer, String name, Runnable work) throws IOException {
        Path trace = Files.createDirectory(folder.resolve(name));
        device.trace(trace, work);
        return Replay.under(sanitizer, trace);
    }

    @Test
    void threadSanitizerNamesTheLineThatTwoBlocksWrite() throws IOException {
        KernelSource faulty = changed("indexing.cu", " || (first > 0 && keys[first - 1] >> 32 == index)", "");
        assertThat(replayed(Sanitizer.THREADS, "sound", () -> scattered(KernelSource.resource("indexing.cu"))).report()).doesNotContain("data race");
        assertThat(replayed(Sanitizer.THREADS, "faulty", () -> scattered(faulty)).report()).contains("data race").contains("indexing.cu");
    }

    @Test
    void addressSanitizerNamesTheLineThatStoresAfterTheEnd() throws IOException {
        KernelSource faulty = changed("movements.cu", "T value, i64 n) {\n  FOR_EACH(i, n)", "T value, i64 n) {\n  FOR_EACH(i, n + 1)");
        assertThat(replayed(Sanitizer.ADDRESSES, "sound", () -> fill(KernelSource.resource("movements.cu"))).report()).isEqualTo("replayed\n");
        assertThat(replayed(Sanitizer.ADDRESSES, "faulty", () -> {
            try {
                fill(faulty);
            } catch (CudaException seenToo) {
                // the emulator's own red zone
            }
        }).report()).contains("AddressSanitizer").contains("movements.cu");
    }
}
