package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.op.FusedOp.Inside;
import java.util.List;
import java.util.Map;

/** A kernel that also hands out the values inside its operation, as it computes with them. */
public interface ShowingKernel extends FusedKernel {

    /**
     * @param out   the result, and what is saved
     * @param shown receive the values inside; not all need be there
     */
    Kernel forward(List<SimdTensor> in, List<SimdTensor> out, Map<Inside, SimdTensor> shown);

    @Override
    default Kernel forward(List<SimdTensor> in, List<SimdTensor> out) {
        return forward(in, out, Map.of());
    }

    /** The array that receives the value at {@code place}, or null. */
    static float[] array(Map<Inside, SimdTensor> shown, Inside place) {
        SimdTensor value = shown.get(place);
        return value == null ? null : value.floats();
    }
}
