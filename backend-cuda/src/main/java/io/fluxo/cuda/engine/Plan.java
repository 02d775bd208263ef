package io.fluxo.cuda.engine;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.driver.Driver;
import io.fluxo.cuda.memory.DeviceMemory;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.program.Replay;
import io.fluxo.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A recorded step as a CUDA graph, on memory of its own and on that of outside tensors: one launch runs all its kernels. */
final class Plan implements Replay {

    private final Gpu device;
    private final Driver driver;
    private final MemorySegment stream;
    private final DeviceMemory memory;
    private final List<DeviceMemory.Block> outside;
    private final List<DeviceMemory.Block> updated;
    private final GpuTensor result;
    private final MemorySegment graph;

    /**
     * Captures {@code steps}; nothing is computed.
     *
     * @param device  that runs it, whose memory results come from
     * @param gpu     the same with the plan's own memory
     * @param outside what outside tensors stand on that it reads or updates
     * @param updated what it updates in place
     * @param result  whose contents each run replaces
     */
    Plan(Gpu device, Gpu gpu, List<Runnable> steps, List<DeviceMemory.Block> outside, List<DeviceMemory.Block> updated, GpuTensor result) {
        this.device = device;
        this.driver = gpu.driver();
        this.stream = gpu.stream();
        this.memory = gpu.memory();
        this.outside = outside;
        this.updated = updated;
        this.result = result;
        driver.beginCapture(stream);
        try {
            steps.forEach(Runnable::run);
        } catch (RuntimeException | Error failure) {
            driver.abandonCapture(stream);
            throw failure;
        }
        this.graph = driver.endCapture(stream);
    }

    @Override
    public boolean mayRun() {
        return outside.stream().allMatch(DeviceMemory.Block::isInUse) && updated.stream().allMatch(DeviceMemory.Block::isAlone);
    }

    @Override
    public Tensor run() {
        device.enter();
        driver.launchGraph(graph, stream);
        GpuTensor copy = device.memory().make(result.shape(), result.dtype());
        device.copy(result, copy).run();
        return copy;
    }

    @Override
    public void close() {
        driver.destroyGraph(graph);
        memory.close();
    }
}
