package io.fluxo.cpu.simd.recording;

import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import java.util.List;

/**
 * A planned program: kernels on arrays of its own and on those of outside tensors. It can run any number of times.
 *
 * @param names   names of the kernels' operations, for inspection
 * @param outside buffers of the outside tensors that it reads or updates
 * @param updated buffers that it updates in place
 * @param result  the result, whose contents each run replaces
 */
public record Plan(List<String> names, List<Runnable> kernels, List<Memory.ArrayBuffer> outside, List<Memory.ArrayBuffer> updated, SimdTensor result) implements Runnable {

    /** Whether every buffer is still in its place, and no view has been made of one that would be overwritten. */
    boolean mayRun() {
        for (int i = 0; i < outside.size(); i++) {
            if (!outside.get(i).isInUse()) {
                return false;
            }
        }
        for (int i = 0; i < updated.size(); i++) {
            if (!updated.get(i).isAlone()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void run() {
        for (int i = 0; i < kernels.size(); i++) {
            kernels.get(i).run();
        }
    }
}
