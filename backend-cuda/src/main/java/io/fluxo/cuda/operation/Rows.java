package io.fluxo.cuda.operation;

import io.fluxo.cuda.kernel.Launch;

/** The grid of kernels that give a block to each row. */
final class Rows {

    private static final int MOST_BLOCKS = 1 << 16;

    private Rows() {}

    /** Threads by the rows' width: a warp for short ones, up to 512 for those of a vocabulary. */
    static Launch grid(Launch launch, int rows, int width) {
        int threads = width <= 128 ? 32 : width <= 1024 ? 128 : width <= 4096 ? 256 : 512;
        return launch.grid(Math.clamp(rows, 1, MOST_BLOCKS), 1, 1, threads, 0);
    }
}
