package io.fluxo.cpu.simd;

import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What is remembered of a step while it runs. */
final class Recorder {

    private final List<Instruction> instructions = new ArrayList<>();
    private final Set<Memory.Buffer> places = new LinkedHashSet<>();
    private final Set<Memory.Buffer> updated = new LinkedHashSet<>();
    private boolean complete = true;

    /** A kernel has run. */
    void add(String op, Kernel kernel, Tensor[] in, Tensor[] out) {
        instructions.add(new Instruction(op, kernel, arrays(in), arrays(out)));
    }

    private List<Object> arrays(Tensor... tensors) {
        List<SimdTensor> present = Arrays.stream(tensors).filter(Objects::nonNull).map(SimdTensor.class::cast).toList();
        present.forEach(tensor -> places.add(tensor.buffer()));
        return present.stream().map(SimdTensor::alive).toList();
    }

    /** {@code tensor} is about to be written over. */
    void updates(SimdTensor tensor) {
        updated.add(tensor.buffer());
    }

    /** Values came from the host or went there, or a tensor was copied instead of updated: the kernels are not all there is. */
    void contact() {
        complete = false;
    }

    boolean isComplete() {
        return complete;
    }

    /** What was remembered, once the step's own tensors are gone. */
    SimdRoutine.Recording recording(SimdTensor result, Joining joining) {
        return new SimdRoutine.Recording(joining.join(instructions), outer(places), outer(updated), result);
    }

    private static List<Memory.Buffer> outer(Set<Memory.Buffer> buffers) {
        return buffers.stream().filter(Memory.Buffer::isInUse).toList();
    }
}
