package io.fluxo.cuda.memory;

import io.fluxo.cuda.driver.Driver;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/** Every block is an allocation of the driver's, of as many bytes as were asked for: then the emulator sees each access beside it, and each after its end. */
public final class ExactMemory implements BlockSource {

    private final Driver driver;
    private final MemorySegment stream;
    private final Set<Long> taken = new HashSet<>();

    public ExactMemory(Driver driver, MemorySegment stream) {
        this.driver = driver;
        this.stream = stream;
    }

    @Override
    public long take(long bytes) {
        long address = driver.allocate(Math.max(1, bytes));
        taken.add(address);
        return address;
    }

    @Override
    public void give(long address, long bytes) {
        driver.synchronize(stream);
        taken.remove(address);
        driver.free(address);
    }

    @Override
    public void close() {
        taken.forEach(driver::free);
        taken.clear();
    }
}
