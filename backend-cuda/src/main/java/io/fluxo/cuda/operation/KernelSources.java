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
    static final KernelSource ROTATIONS = KernelSource.resource("rotations.cu");
    static final KernelSource ATTENTION = KernelSource.resource("attention.cu", "attention.cuh");
    /** For compute capability 8.0 and above. */
    static final KernelSource ATTENTION_BF16 = KernelSource.resource("attention_bf16.cu", "attention.cuh");
    static final KernelSource UPDATES = KernelSource.resource("updates.cu");

    static final List<KernelSource> ALL = List.of(Elementwise.SOURCE, REDUCTIONS, MOVEMENTS, INDEXING, SOFTMAXES, NORMS, ROTATIONS, ATTENTION, ATTENTION_BF16, UPDATES);

    private KernelSources() {}
}
