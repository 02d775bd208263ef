package io.fluxo.cuda.operation;

import io.fluxo.cuda.kernel.KernelSource;
import java.util.List;

/** The sources of all kernels. */
final class KernelSources {

    static final KernelSource REDUCTIONS = KernelSource.resource("reductions.cu");
    static final KernelSource MOVEMENTS = KernelSource.resource("movements.cu");
    static final KernelSource INDEXING = KernelSource.resource("indexing.cu");
    static final KernelSource SOFTMAXES = KernelSource.resource("softmaxes.cu");
    static final KernelSource NORMS = KernelSource.resource("norms.cu");
    static final KernelSource ATTENTION = KernelSource.resource("attention.cu");
    static final KernelSource UPDATES = KernelSource.resource("updates.cu");

    static final List<KernelSource> ALL = List.of(Elementwise.SOURCE, REDUCTIONS, MOVEMENTS, INDEXING, SOFTMAXES, NORMS, ATTENTION, UPDATES);

    private KernelSources() {}
}
