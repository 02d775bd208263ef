package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import java.util.ArrayList;
import java.util.List;

/** Rows by index, and back. */
final class Indexing {

    private static final int THREADS = 256;
    private static final int MOST_BLOCKS = 1 << 16;
    /** As in {@code indexing.cu}. */
    private static final int TILE = 256;

    private final Gpu gpu;

    Indexing(Gpu gpu) {
        this.gpu = gpu;
    }

    Runnable gather(GpuTensor table, GpuTensor indices, GpuTensor y) {
        return gpu.launch(KernelSources.INDEXING, "gather_" + table.dtype().bytes() + "_" + indices.dtype().label()).tensor(table).tensor(indices).tensor(y)
                .number(table.shape().size(0)).number(Math.max(1, table.shape().elementsFrom(1))).number(y.elements()).number(gpu.faults().cell()).forEach(y.elements(), THREADS);
    }

    Runnable scatterAdd(GpuTensor indices, GpuTensor values, GpuTensor y) {
        int count = indices.elements();
        if (count == 0) {
            return gpu.zeros(y);
        }
        long rows = y.shape().size(0);
        List<Runnable> steps = new ArrayList<>();
        steps.add(gpu.zeros(y));
        long keys = gpu.memory().lend((long) count * Long.BYTES);
        steps.add(gpu.launch(KernelSources.INDEXING, "sort_tiles_" + indices.dtype().label()).tensor(indices).number(keys).number(rows).number(count).number(gpu.faults().cell())
                .forEach(count, TILE));
        long merged = count > TILE ? gpu.memory().lend((long) count * Long.BYTES) : keys;
        for (long run = TILE; run < count; run *= 2) {
            steps.add(gpu.launch(KernelSources.INDEXING, "merge_runs").number(keys).number(merged).number(run).number(count).forEach(count, THREADS));
            long former = keys;
            keys = merged;
            merged = former;
        }
        steps.add(gpu.launch(KernelSources.INDEXING, "add_rows").number(keys).tensor(values).tensor(y).number(y.shape().elementsFrom(1)).number(count)
                .grid(Math.clamp(count, 1, MOST_BLOCKS), 1, 1, TILE, 0));
        return () -> steps.forEach(Runnable::run);
    }
}
