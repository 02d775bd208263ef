package io.fluxo.cuda.emulator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Work in a stream is done as late as a device may do it, and graphs do again what was captured. */
class StreamsTest extends OnEmulatedDevice {

    private static final int NOT_READY = 600;
    private static final int CAPTURE_UNSUPPORTED = 900;
    private static final int CAPTURE_INVALIDATED = 901;
    private static final int CAPTURE_UNMATCHED = 903;

    @Test
    void aHostBufferThatIsChangedTooEarlyShows() {
        long y = device.allocate(4);
        MemorySegment buffer = device.host(1);
        device.functions.require("cuMemcpyHtoDAsync_v2", y, buffer, 4L, device.stream);
        buffer.set(JAVA_FLOAT, 0, 2);
        assertThat(device.floatsAt(y, 1)).containsExactly(2);
    }

    @Test
    void aHostBufferThatIsReadTooEarlyShows() {
        long y = device.floats(1);
        MemorySegment buffer = device.host(7);
        device.functions.require("cuMemcpyDtoHAsync_v2", buffer, y, 4L, device.stream);
        assertThat(buffer.get(JAVA_FLOAT, 0)).isEqualTo(7);
        device.synchronize();
        assertThat(buffer.get(JAVA_FLOAT, 0)).isEqualTo(1);
    }

    @Test
    void theDefaultStreamDoesNotWaitForOneThatDoesNotBlock() {
        long y = device.floats(1);
        device.synchronize();
        device.functions.require("cuMemsetD32Async", y, 0, 1L, device.stream);
        MemorySegment buffer = device.host(7);
        device.functions.require("cuMemcpyDtoH_v2", buffer, y, 4L);
        assertThat(buffer.get(JAVA_FLOAT, 0)).isEqualTo(1);
        device.synchronize();
        device.functions.require("cuMemcpyDtoH_v2", buffer, y, 4L);
        assertThat(buffer.get(JAVA_FLOAT, 0)).isZero();
    }

    @Test
    void aQueryComesToAnEnd() {
        device.floats(1);
        device.floats(2);
        assertThat(device.functions.call("cuStreamQuery", device.stream)).isEqualTo(NOT_READY);
        assertThat(device.functions.call("cuStreamQuery", device.stream)).isEqualTo(NOT_READY);
        assertThat(device.functions.call("cuStreamQuery", device.stream)).isZero();
    }

    @Test
    void eventsMeasureTimeOnceTheyAreReached() {
        MemorySegment first = device.pointer("cuEventCreate", 0);
        MemorySegment second = device.pointer("cuEventCreate", 0);
        device.functions.require("cuEventRecord", first, device.stream);
        device.functions.require("cuEventRecord", second, device.stream);
        MemorySegment milliseconds = device.host(-1);
        assertThat(device.functions.call("cuEventElapsedTime_v2", milliseconds, first, second)).isEqualTo(NOT_READY);
        device.functions.require("cuEventSynchronize", second);
        device.functions.require("cuEventElapsedTime_v2", milliseconds, first, second);
        assertThat(milliseconds.get(JAVA_FLOAT, 0)).isNotNegative();
    }

    @Test
    void aGraphReadsItsCellsAnewAtEachLaunch() {
        MemorySegment kernel = device.kernel("cells.cu", "add");
        long step = device.floats(1);
        long sum = device.floats(0, 0, 0);
        device.synchronize();
        MemorySegment graph = device.captured(() -> {
            device.launch(kernel, 1, 32, step, sum, 3);
            device.launch(kernel, 1, 32, step, sum, 2);
        });
        assertThat(device.floatsAt(sum, 3)).as("nothing is done while it is captured").containsOnly(0);
        device.functions.require("cuGraphLaunch", graph, device.stream);
        assertThat(device.floatsAt(sum, 3)).containsExactly(2, 2, 1);
        device.functions.require("cuMemcpyHtoDAsync_v2", step, device.host(10), 4L, device.stream);
        device.functions.require("cuGraphLaunch", graph, device.stream);
        device.functions.require("cuGraphLaunch", graph, device.stream);
        assertThat(device.floatsAt(sum, 3)).containsExactly(42, 42, 21);
        assertThat(device.controls.counts().launches()).isPositive();
        device.functions.require("cuGraphExecDestroy", graph);
        assertThat(device.functions.call("cuGraphLaunch", graph, device.stream)).isEqualTo(400);
    }

    @Test
    void whatMustNotBeCalledWhileAStreamIsCaptured() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment place = arena.allocate(8);
            for (Runnable call : new Runnable[] {
                () -> device.functions.require("cuStreamSynchronize", device.stream), () -> device.functions.require("cuCtxSynchronize"),
                () -> device.allocate(4), () -> device.functions.require("cuMemAllocHost_v2", place, 4L), () -> device.functions.require("cuStreamQuery", device.stream)}) {
                device.functions.require("cuStreamBeginCapture_v2", device.stream, DeviceUnderTest.CAPTURE_GLOBALLY);
                assertThat(status(call)).isEqualTo(CAPTURE_UNSUPPORTED);
                assertThat(device.endCapture()).isEqualTo(CAPTURE_INVALIDATED);
            }
            assertThat(device.endCapture()).isEqualTo(CAPTURE_UNMATCHED);
        }
    }

    @Test
    void aRelaxedCaptureBearsAnAllocation() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capturing = arena.allocate(JAVA_INT);
            device.functions.require("cuStreamBeginCapture_v2", device.stream, DeviceUnderTest.CAPTURE_RELAXED);
            device.allocate(4);
            device.functions.require("cuStreamIsCapturing", device.stream, capturing);
            assertThat(capturing.get(JAVA_INT, 0)).isEqualTo(1);
            assertThat(device.endCapture()).isZero();
        }
    }

    private static int status(Runnable call) {
        try {
            call.run();
            return 0;
        } catch (EmulatorException failure) {
            return failure.status();
        }
    }
}
