package io.fluxo.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sanitizer that replays a trace finds what is planted, and names the kernel's file and line; it finds nothing in what is sound. */
class ReplayTest extends OnEmulatedDevice {

    @TempDir
    Path folder;

    @Test
    void aMissingBarrierIsARace() {
        Replay replay = traced(Sanitizer.THREADS, () -> sum("-DSYNCTHREADS="));
        assertThat(replay.isClean()).isFalse();
        assertThat(replay.report()).contains("data race").containsPattern("#0 sum_by_halves .*sums\\.cu:3[0-9]");
    }

    @Test
    void whatIsSoundIsClean() {
        for (Sanitizer sanitizer : Sanitizer.values()) {
            assertThat(traced(sanitizer, () -> {
                sum();
                multiply();
            })).isEqualTo(new Replay(0, "replayed\n"));
        }
    }

    @Test
    void aStoreBeyondASharedArrayIsFound() {
        Replay replay = traced(Sanitizer.ADDRESSES, () -> fault("beyond_shared"));
        assertThat(replay.isClean()).isFalse();
        assertThat(replay.report()).contains("faults.cu:11");
    }

    @Test
    void aMisalignedAddressIsFound() {
        assertThat(traced(Sanitizer.ADDRESSES, () -> fault("misaligned")).report()).contains("faults.cu:7").contains("misaligned address");
    }

    private Replay traced(Sanitizer sanitizer, Runnable work) {
        device.controls.trace(folder, work);
        reopen();
        return Replay.under(sanitizer, folder);
    }

    private void sum(String... options) {
        long y = device.allocate(4);
        device.launchWith(device.kernel("sums.cu", "sum_by_halves", options), 1, 64, 256, device.floats(new float[64]), y);
        device.synchronize();
    }

    private void multiply() {
        long a = device.floats(1, 2, 3, 4);
        long d = device.allocate(16);
        new ProductUnderTest(device, 2, 2, 2).run(a, a, d, 0);
        assertThat(device.floatsAt(d, 4)).containsExactly(7, 10, 15, 22);
    }

    /** The emulator finds it too, and goes on to say so. */
    private void fault(String kernel) {
        device.launch(device.kernel("faults.cu", kernel), 1, 32, device.allocate(128));
        assertThat(device.functions.call("cuStreamSynchronize", device.stream)).isNotZero();
    }
}
