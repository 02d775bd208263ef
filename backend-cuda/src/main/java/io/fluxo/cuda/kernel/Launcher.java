package io.fluxo.cuda.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fluxo.cuda.driver.Driver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Launches kernels in one stream. The driver copies arguments at the launch, so that one place for them serves all launches. */
public final class Launcher implements AutoCloseable {

    private static final int MOST_WORDS = 512;

    private final Driver driver;
    private final MemorySegment stream;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment words = arena.allocate(JAVA_LONG, MOST_WORDS);
    private final MemorySegment pointers = arena.allocate(ADDRESS, MOST_WORDS);

    public Launcher(Driver driver, MemorySegment stream) {
        this.driver = driver;
        this.stream = stream;
    }

    /** @param starts for each argument, the word at which it begins */
    void launch(Kernel kernel, int blocksX, int blocksY, int blocksZ, int threads, int sharedBytes, long[] values, int[] starts) {
        MemorySegment.copy(values, 0, words, JAVA_LONG, 0, values.length);
        for (int i = 0; i < starts.length; i++) {
            pointers.setAtIndex(JAVA_LONG, i, words.address() + (long) starts[i] * Long.BYTES);
        }
        driver.launch(kernel.handle(), blocksX, blocksY, blocksZ, threads, sharedBytes, stream, pointers, kernel.name());
    }

    @Override
    public void close() {
        arena.close();
    }
}
