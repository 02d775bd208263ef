package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.kernel.KernelSource;
import io.fluxo.text.Text;

/**
 * Which kernels compute an attention, on which tiles.
 *
 * @param forward      the kernel's name, and so on
 * @param rows         of a tile of queries, or of keys
 * @param threads      of a block
 * @param forwardBytes of shared memory, and so on
 */
record AttentionTiles(KernelSource source, String forward, String keys, String queries, int rows, int threads, int forwardBytes, int keysBytes, int queriesBytes) {

    /** As in {@code attention.cu}. */
    private static final int TILE = 32;
    private static final int SIDE = 16;
    private static final int MOST_IN_FLOATS = 256;

    /** As in {@code attention_bf16.cu}. */
    private static final int ROWS = 64;
    private static final int SPACE = 8;
    private static final int WARPS = 4;
    private static final int MOST_IN_BF16 = 128;
    private static final int TENSOR_CORES_FOR_BF16 = 8;

    static AttentionTiles of(Gpu gpu, AttentionSizes sizes) {
        boolean bf16 = gpu.precision() == Precision.BF16 && gpu.device().major() >= TENSOR_CORES_FOR_BF16 && sizes.width() <= MOST_IN_BF16;
        return bf16 ? inBf16(sizes) : inFloats(sizes);
    }

    private static AttentionTiles inFloats(AttentionSizes sizes) {
        if (sizes.width() > MOST_IN_FLOATS) {
            throw new UnsupportedOperationException(Text.format("cuda's attention has heads of at most %d numbers, not %d", MOST_IN_FLOATS, sizes.width()));
        }
        int columns = powerOfTwo(1, (sizes.width() + SIDE - 1) / SIDE);
        int ofD = TILE * (sizes.d() + 1);
        int ofDv = TILE * (sizes.dv() + 1);
        int square = TILE * (TILE + 1);
        return new AttentionTiles(KernelSources.ATTENTION, "attention_" + columns, "attention_keys_" + columns, "attention_queries_" + columns, TILE, SIDE * SIDE,
                Float.BYTES * (2 * ofD + ofDv + square), Float.BYTES * (2 * ofD + 2 * ofDv + 2 * square), Float.BYTES * (2 * ofD + 2 * ofDv + square));
    }

    private static AttentionTiles inBf16(AttentionSizes sizes) {
        int head = powerOfTwo(SIDE, sizes.width());
        int together = head >= 64 ? ROWS / 2 : ROWS;                              // queries at a time, beside a tile of keys: more would not fit into registers
        int byRows = ROWS * (head + SPACE);
        int across = head * (ROWS + SPACE);
        int otherRows = together * (head + SPACE);
        int otherAcross = head * (together + SPACE);
        return new AttentionTiles(KernelSources.ATTENTION_BF16, "attention_bf16_" + head, "attention_bf16_keys_" + head, "attention_bf16_queries_" + head, ROWS, 32 * WARPS,
                Short.BYTES * (2 * byRows + across), Short.BYTES * (2 * byRows + 2 * otherRows + 2 * otherAcross), Short.BYTES * (4 * byRows + across));
    }

    private static int powerOfTwo(int least, int size) {
        int power = least;
        while (power < size) {
            power *= 2;
        }
        return power;
    }

    /** How many tiles {@code count} rows are. */
    int count(int count) {
        return Math.max(1, (count + rows - 1) / rows);
    }
}
