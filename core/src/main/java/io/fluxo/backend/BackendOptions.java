package io.fluxo.backend;

import io.fluxo.tensor.DType;
import io.fluxo.text.Text;

/**
 * How to open a backend.
 *
 * @param dtype   the floating type models compute in
 * @param device  which device, from 0
 * @param threads worker threads, at least 1
 */
public record BackendOptions(DType dtype, int device, int threads) {

    /** One thread of the first device, in F32. */
    public static final BackendOptions DEFAULT = new BackendOptions(DType.F32, 0, 1);

    public BackendOptions {
        if (threads < 1 || device < 0) {
            throw new IllegalArgumentException(Text.format("threads must be at least 1 and device at least 0: %d, %d", threads, device));
        }
    }

    /** The type that parameters and the optimizer's state are kept in: float32 where models compute in bfloat16, whose steps would be too coarse for them. */
    public DType master() {
        return dtype == DType.BF16 ? DType.F32 : dtype;
    }
}
