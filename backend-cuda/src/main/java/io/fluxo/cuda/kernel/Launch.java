package io.fluxo.cuda.kernel;

import io.fluxo.cuda.memory.GpuTensor;
import java.util.Arrays;

/**
 * A kernel with its arguments and its grid, ready to be launched any number of times. Arguments are words of 8 bytes: a C++ parameter of 4 bytes reads the lower
 * half, a struct reads as many words as it has.
 */
public final class Launch implements Runnable {

    private static final int MOST_BLOCKS = 1 << 16;

    private final Launcher launcher;
    private final Kernel kernel;
    private int blocksX = 1;
    private int blocksY = 1;
    private int blocksZ = 1;
    private int threads = 1;
    private int sharedBytes;
    private long[] words = new long[16];
    private int[] starts = new int[16];
    private int wordCount;
    private int argumentCount;

    private Launch(Launcher launcher, Kernel kernel) {
        this.launcher = launcher;
        this.kernel = kernel;
    }

    public static Launch of(Launcher launcher, Kernel kernel) {
        return new Launch(launcher, kernel);
    }

    /** The address of a tensor; 0 for null. */
    public Launch tensor(GpuTensor tensor) {
        return number(tensor == null ? 0 : tensor.address());
    }

    /** An address or an integer. */
    public Launch number(long value) {
        return struct(value);
    }

    /** A float. */
    public Launch real(double value) {
        return struct(Integer.toUnsignedLong(Float.floatToRawIntBits((float) value)));
    }

    /** A struct by value. */
    public Launch struct(long... values) {
        if (argumentCount == starts.length) {
            starts = Arrays.copyOf(starts, 2 * argumentCount);
        }
        if (wordCount + values.length > words.length) {
            words = Arrays.copyOf(words, 2 * (wordCount + values.length));
        }
        starts[argumentCount++] = wordCount;
        System.arraycopy(values, 0, words, wordCount, values.length);
        wordCount += values.length;
        return this;
    }

    /** Threads for {@code elements} elements: kernels that are launched so go on in a loop where there are more. */
    public Launch forEach(long elements, int threadsPerBlock) {
        return grid((int) Math.clamp((elements + threadsPerBlock - 1) / threadsPerBlock, 1, MOST_BLOCKS), 1, 1, threadsPerBlock, 0);
    }

    /** @param shared bytes of shared memory beyond what the kernel declares */
    public Launch grid(int x, int y, int z, int threadsPerBlock, int shared) {
        blocksX = x;
        blocksY = y;
        blocksZ = z;
        threads = threadsPerBlock;
        sharedBytes = shared;
        words = Arrays.copyOf(words, wordCount);
        starts = Arrays.copyOf(starts, argumentCount);
        return this;
    }

    @Override
    public void run() {
        launcher.launch(kernel, blocksX, blocksY, blocksZ, threads, sharedBytes, words, starts);
    }
}
