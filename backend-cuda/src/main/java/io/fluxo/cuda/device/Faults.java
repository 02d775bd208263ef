package io.fluxo.cuda.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fluxo.cuda.driver.Driver;
import io.fluxo.text.Text;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What kernels find wrong with data: an index that names no row. Kernels run later than they are asked for; the first fault is kept on the device, and becomes an
 * exception when values are read back the next time.
 */
public final class Faults implements AutoCloseable {

    private static final long BYTES = 24;
    /** The operations by the numbers that kernels report. */
    private static final List<String> OPERATIONS = List.of("", "gather", "scatterAdd", "crossEntropy");

    private final Driver driver;
    private final MemorySegment stream;
    private final long cell;
    private final MemorySegment host;

    Faults(Driver driver, MemorySegment stream) {
        this.driver = driver;
        this.stream = stream;
        this.cell = driver.allocate(BYTES);
        this.host = driver.allocatePinned(BYTES);
        driver.fill(cell, (byte) 0, BYTES, stream);
    }

    /** Where kernels report. */
    public long cell() {
        return cell;
    }

    /** Waits for everything that was asked for, and throws what was wrong with it. */
    public void check() {
        driver.copyToHost(host, cell, BYTES, stream);
        driver.synchronize(stream);
        int kind = host.get(JAVA_INT, 0);
        if (kind != 0) {
            driver.fill(cell, (byte) 0, BYTES, stream);
            throw new IndexOutOfBoundsException(Text.format("%s: index %d (element %d) is not one of %d rows", OPERATIONS.get(kind), host.get(JAVA_LONG, 8),
                    host.get(JAVA_INT, 4), host.get(JAVA_LONG, 16)));
        }
    }

    @Override
    public void close() {
        driver.free(cell);
        driver.freePinned(host);
    }
}
