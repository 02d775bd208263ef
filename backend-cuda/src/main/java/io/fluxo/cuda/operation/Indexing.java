package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;

/** Rows by index, and back. */
final class Indexing {

    private static final int THREADS = 256;

    private final Gpu gpu;

    Indexing(Gpu gpu) {
        this.gpu = gpu;
    }

    Runnable gather(GpuTensor table, GpuTensor indices, GpuTensor y) {
        return gpu.launch(KernelSources.INDEXING, "gather_" + table.dtype().bytes() + "_" + indices.dtype().label()).tensor(table).tensor(indices).tensor(y)
                .number(table.shape().size(0)).number(Math.max(1, table.shape().elementsFrom(1))).number(y.elements()).number(gpu.faults().cell()).forEach(y.elements(), THREADS);
    }

    Runnable scatterAdd(GpuTensor indices, GpuTensor values, GpuTensor y) {
        int width = y.shape().elementsFrom(1);
        Runnable adding = gpu.launch(KernelSources.INDEXING, "scatter_add_" + indices.dtype().label()).tensor(indices).tensor(values).tensor(y).number(y.shape().size(0)).number(width)
                .number(indices.elements()).number(gpu.faults().cell()).grid(Math.clamp(indices.elements(), 1, 1 << 16), 1, 1, THREADS, 0);
        return FusedKernel.both(gpu.zeros(y), adding);
    }
}
