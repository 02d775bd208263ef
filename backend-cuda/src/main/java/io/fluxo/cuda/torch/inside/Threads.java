package io.fluxo.cuda.torch.inside;

import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * How many threads libtorch computes with. OpenMP keeps the number for each thread that calls; OpenBLAS, to which libtorch does not pass it on, keeps one
 * for the process. Backends that compute at the same time with different numbers therefore share the products' number.
 */
final class Threads {

    private final ThreadLocal<Integer> ofCaller = ThreadLocal.withInitial(() -> 0);
    private volatile int ofProducts;

    /** What the calling thread starts from now on is computed by {@code count} threads. */
    void claim(int count) {
        if (ofCaller.get() != count) {
            torch.set_num_threads(count);
            ofCaller.set(count);
        }
        if (ofProducts != count) {
            openblas_nolapack.blas_set_num_threads(count);
            ofProducts = count;
        }
    }
}
