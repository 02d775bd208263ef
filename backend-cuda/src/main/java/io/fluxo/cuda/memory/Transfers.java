package io.fluxo.cuda.memory;

import io.fluxo.cuda.driver.Driver;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Truths;
import java.lang.foreign.MemorySegment;

/**
 * Copies between arrays of the host and device memory, through pinned memory, in the order of one stream. Bringing values up does not wait for the device unless the
 * two staging areas are both on their way; bringing them down waits for everything before.
 */
public final class Transfers implements AutoCloseable {

    private static final long STAGE_BYTES = 4L << 20;

    private final Driver driver;
    private final MemorySegment stream;
    private final Stage[] stages;
    private int next;

    /** Pinned memory, and the event after which it may be written again. */
    private record Stage(MemorySegment memory, MemorySegment copied) {}

    public Transfers(Driver driver, MemorySegment stream) {
        this.driver = driver;
        this.stream = stream;
        this.stages = new Stage[] {stage(driver), stage(driver)};
    }

    private static Stage stage(Driver driver) {
        return new Stage(driver.allocatePinned(STAGE_BYTES), driver.createEvent());
    }

    /** Copies {@code values} to {@code tensor}; the array may be changed afterwards. */
    public void up(HostArray values, GpuTensor tensor) {
        long total = tensor.bytes();
        MemorySegment source = segment(values.array(), values.dtype());
        for (long done = 0; done < total; done += STAGE_BYTES) {
            long bytes = Math.min(STAGE_BYTES, total - done);
            Stage stage = stages[next];
            next = (next + 1) % stages.length;
            driver.await(stage.copied);
            MemorySegment.copy(source, done, stage.memory, 0, bytes);
            driver.copyToDevice(tensor.address() + done, stage.memory, bytes, stream);
            driver.record(stage.copied, stream);
        }
    }

    /** The values of {@code tensor}, once everything before has been done. */
    public HostArray down(GpuTensor tensor) {
        Object array = array(tensor.dtype(), tensor.elements());
        MemorySegment target = segment(array, tensor.dtype());
        Stage stage = stages[next];
        driver.await(stage.copied);
        for (long done = 0; done < tensor.bytes(); done += STAGE_BYTES) {
            long bytes = Math.min(STAGE_BYTES, tensor.bytes() - done);
            driver.copyToHost(stage.memory, tensor.address() + done, bytes, stream);
            driver.synchronize(stream);
            MemorySegment.copy(stage.memory, 0, target, done, bytes);
        }
        return new HostArray(tensor.shape(), tensor.dtype(), tensor.dtype() == DType.BOOL ? Truths.ofBytes((byte[]) array) : array);
    }

    /** Truth values are bytes on the device. */
    private static MemorySegment segment(Object array, DType dtype) {
        return switch (array) {
            case float[] floats -> MemorySegment.ofArray(floats);
            case int[] ints -> MemorySegment.ofArray(ints);
            case long[] longs -> MemorySegment.ofArray(longs);
            case byte[] bytes -> MemorySegment.ofArray(bytes);
            case boolean[] truths -> MemorySegment.ofArray(Truths.toBytes(truths));
            default -> throw new IllegalArgumentException("cuda has no " + dtype.label());
        };
    }

    private static Object array(DType dtype, int elements) {
        return switch (dtype) {
            case F32 -> new float[elements];
            case I32 -> new int[elements];
            case I64 -> new long[elements];
            case BOOL -> new byte[elements];
            case F64, BF16 -> throw new IllegalArgumentException("cuda has no " + dtype.label());
        };
    }

    @Override
    public void close() {
        for (Stage stage : stages) {
            driver.destroyEvent(stage.copied);
            driver.freePinned(stage.memory);
        }
    }
}
