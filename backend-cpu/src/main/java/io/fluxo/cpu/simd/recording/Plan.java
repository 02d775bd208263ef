package io.fluxo.cpu.simd.recording;

import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import java.util.List;

/**
 * A program made ready: kernels on arrays of their own and of what is outside. It may run again and again.
 *
 * @param names   of the kernels' operations, for whoever looks at it
 * @param outside where the tensors from outside stand that it reads or updates
 * @param updated those that it updates in place
 * @param result  whose contents each run replaces
 */
public record Plan(List<String> names, List<Runnable> kernels, List<Memory.ArrayBuffer> outside, List<Memory.ArrayBuffer> updated, SimdTensor result) implements Runnable {

    /** Whether everything is still in its place, and nobody has made a view of what would be written over. */
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
