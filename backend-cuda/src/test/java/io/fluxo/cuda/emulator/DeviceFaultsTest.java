package io.fluxo.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong on a GPU is an error here, with CUDA's number and a message that says where. */
class DeviceFaultsTest extends OnEmulatedDevice {

    private static final int INVALID_VALUE = 1;
    private static final int OUT_OF_MEMORY = 2;
    private static final int INVALID_HANDLE = 400;
    private static final int NOT_FOUND = 500;
    private static final int ILLEGAL_ADDRESS = 700;
    private static final int OUT_OF_RESOURCES = 701;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            before_the_beginning    | 719 | 4 bytes before an allocation of 1000 bytes there is a write; last given to kernel before_the_beginning
            far_away                | 700 | kernel far_away, block (0, 0, 0), thread (0, 0, 0): the address
            misaligned              | 716 | kernel misaligned, block (0, 0, 0), thread (0, 0, 0), line 7: an address is not as aligned as its type needs
            divided_by_zero         | 719 | an integer is divided by zero
            beyond_shared           | 719 | there is a write beyond the end of room
            barrier_for_some        | 719 | divergent barrier
            barriers_of_two_lines   | 719 | thread 0 waits at the __syncthreads of line 20
            lanes_that_miss         | 719 | divergent barrier: threads wait for one another for ever""")
    void kernelsThatDoWhatTheyMustNot(String kernel, int status, String message) {
        long y = device.allocate(1000);
        device.launch(device.kernel("faults.cu", kernel), 1, 32, y);
        assertFails(status, message, device::synchronize);
        // It stays, as on a GPU.
        assertFails(status, message, () -> device.allocate(4));
    }

    @ParameterizedTest
    @CsvSource({"250, 719, after the end of an allocation of 1000 bytes", "256, 700, lies 0 bytes after the end of an allocation of 1024 bytes"})
    void aStoreAfterTheEndNamesItsKernel(int length, int status, String message) {
        long y = device.allocate(4L * length);
        device.launch(device.kernel("faults.cu", "after_the_end"), 1, 288, y, length);
        assertFails(status, message, device::synchronize);
        assertThatThrownBy(device::synchronize).hasMessageContaining("kernel after_the_end");
    }

    @Test
    void newMemoryHoldsNothingOfUse() {
        assertThat(device.intsAt(device.allocate(16), 4)).containsOnly(0xcdcdcdcd);
    }

    @Test
    void anArgumentThatIsNoDeviceMemory() {
        MemorySegment kernel = device.kernel("faults.cu", "fine");
        device.launch(kernel, 1, 4, device.host(1, 2, 3, 4).address());
        assertFails(ILLEGAL_ADDRESS, "kernel fine, argument 0", device::synchronize);
    }

    @Test
    void anArgumentThatHasBeenFreed() {
        long y = device.allocate(64);
        MemorySegment kernel = device.kernel("faults.cu", "fine");
        device.functions.require("cuMemFree_v2", y);
        device.launch(kernel, 1, 4, y);
        assertFails(ILLEGAL_ADDRESS, "is byte 0 of a freed allocation of 64 bytes", device::synchronize);
    }

    @Test
    void memoryThatIsFreedTwiceOrUsedAfterwards() {
        long y = device.allocate(64);
        device.functions.require("cuMemFree_v2", y);
        assertFails(INVALID_VALUE, "of a freed allocation", () -> device.functions.require("cuMemFree_v2", y));
        assertFails(INVALID_VALUE, "of a freed allocation", () -> device.floatsAt(y, 1));
        long other = device.allocate(64);
        assertFails(INVALID_VALUE, "is byte 4 of an allocation", () -> device.functions.require("cuMemFree_v2", other + 4));
    }

    @Test
    void copiesThatLeaveTheirAllocation() {
        long y = device.allocate(64);
        assertFails(INVALID_VALUE, "68 bytes are asked for where 64 are left", () -> device.floatsAt(y, 17));
        assertFails(INVALID_VALUE, "64 bytes are asked for where 60 are left", () -> device.floatsAt(y + 4, 16));
    }

    @Test
    void destroyedHandles() {
        MemorySegment other = device.pointer("cuStreamCreate", 1);
        device.functions.require("cuStreamDestroy_v2", other);
        assertFails(INVALID_HANDLE, "has been destroyed", () -> device.functions.require("cuStreamSynchronize", other));
        MemorySegment event = device.pointer("cuEventCreate", 0);
        assertFails(INVALID_HANDLE, "there is no stream", () -> device.functions.require("cuStreamSynchronize", event));
    }

    @Test
    void launchesThatADeviceCannotDo() {
        long y = device.allocate(8192);
        MemorySegment fine = device.kernel("faults.cu", "fine");
        assertFails(OUT_OF_RESOURCES, "its launch bound is 64", () -> device.launch(device.kernel("faults.cu", "bounded"), 1, 65, y));
        assertFails(INVALID_VALUE, "the block is too large", () -> device.launch(fine, 1, 1025, y));
        assertFails(INVALID_VALUE, "a launch of nothing", () -> device.launch(fine, 0, 32, y));
        assertFails(INVALID_VALUE, "dynamic shared memory", () -> device.launchWith(fine, 1, 32, 49153, y));
        device.functions.require("cuFuncSetAttribute", fine, 8, 100_000);
        device.launchWith(fine, 1, 32, 100_000, y);
        device.synchronize();
        assertFails(NOT_FOUND, "the module has no kernel nobody", () -> device.kernel("faults.cu", "nobody"));
    }

    @Test
    void memoryEnds() {
        device.controls.memory(1000);
        long kept = device.allocate(600);
        assertFails(OUT_OF_MEMORY, "401 bytes are asked for, and 400 of 1000 are free", () -> device.allocate(401));
        device.functions.require("cuMemFree_v2", kept);
        device.allocate(1000);
        assertThat(device.controls.counts().bytes()).isEqualTo(1000);
    }

    private void assertFails(int status, String message, Runnable work) {
        EmulatorException failure = catchThrowableOfType(EmulatorException.class, work::run);
        assertThat(failure).isNotNull().hasMessageContaining(message);
        assertThat(failure.status()).isEqualTo(status);
    }

    /** The device is as new after a reset. */
    @Test
    void aResetForgetsAnError() {
        device.launch(device.kernel("faults.cu", "far_away"), 1, 1, device.allocate(4));
        assertFails(ILLEGAL_ADDRESS, "the address", device::synchronize);
        reopen();
        long y = device.allocate(16);
        device.launch(device.kernel("faults.cu", "fine"), 1, 4, y);
        assertThat(device.floatsAt(y, 4)).containsOnly(1);
    }
}
