package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.kernel.Launch;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.UpdateOp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Updates in place, of many tensors in one launch. */
final class UpdateKernels {

    /** As in {@code updates.cu}. */
    private static final int MOST_STATES = 64;
    private static final int PIECE = 1024;
    private static final int THREADS = 256;

    private final Gpu gpu;

    UpdateKernels(Gpu gpu) {
        this.gpu = gpu;
    }

    /**
     * @param states how many are updated
     * @param in     the inputs of each, one after the other
     * @param out    the outputs of each, in the place of what they replace
     */
    Runnable plan(UpdateOp op, int states, List<GpuTensor> in, List<GpuTensor> out) {
        int arity = in.size() / states;
        List<List<GpuTensor>> each = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            List<GpuTensor> replaced = out.subList(i * op.donated(), (i + 1) * op.donated());
            each.add(Stream.concat(replaced.stream(), in.subList(i * arity + op.donated(), (i + 1) * arity).stream()).toList());
        }
        List<Runnable> steps = switch (op) {
            case UpdateOp.Assign _ -> each.stream().map(pair -> gpu.copy(pair.get(1), pair.get(0))).toList();
            case UpdateOp.ClipFactor(double limit) -> each.stream().map(one -> clipFactor(limit, one.subList(1, one.size()), one.getFirst())).toList();
            case UpdateOp.Accumulate _ -> inGroups("accumulate", each, _ -> { });
            case UpdateOp.SgdStep(double decay) -> inGroups("sgd", each, launch -> launch.real(decay));
            case UpdateOp.AdamStep adam -> inGroups("adam", each, launch -> launch.real(adam.beta1()).real(adam.beta2()).real(1 - adam.beta1()).real(1 - adam.beta2())
                    .real(adam.eps()).real(adam.decay()).number(adam.decoupled() ? 1 : 0));
        };
        return () -> steps.forEach(Runnable::run);
    }

    /** A launch for every 64 states. */
    private List<Runnable> inGroups(String kernel, List<List<GpuTensor>> states, Consumer<Launch> parameters) {
        List<Runnable> launches = new ArrayList<>();
        for (int from = 0; from < states.size(); from += MOST_STATES) {
            List<List<GpuTensor>> group = states.subList(from, Math.min(states.size(), from + MOST_STATES));
            Launch launch = gpu.launch(KernelSources.UPDATES, kernel).struct(words(group));
            parameters.accept(launch);
            launches.add(launch.forEach((long) pieces(group) * THREADS, THREADS));
        }
        return launches;
    }

    private static int pieces(GpuTensor tensor) {
        return (tensor.elements() + PIECE - 1) / PIECE;
    }

    private static int pieces(List<List<GpuTensor>> states) {
        return states.stream().mapToInt(state -> pieces(state.getFirst())).sum();
    }

    /** The struct {@code States} of {@code updates.cu}. */
    private static long[] words(List<List<GpuTensor>> states) {
        int tensors = states.getFirst().size();
        long[] words = new long[1 + MOST_STATES + 1 + MOST_STATES + MOST_STATES * tensors];
        words[0] = states.size();
        int elements = 1 + MOST_STATES + 1;
        int pointers = elements + MOST_STATES;
        for (int i = 0; i < states.size(); i++) {
            List<GpuTensor> state = states.get(i);
            words[1 + i + 1] = words[1 + i] + pieces(state.getFirst());
            words[elements + i] = state.getFirst().elements();
            for (int k = 0; k < tensors; k++) {
                words[pointers + i * tensors + k] = state.get(k).address();
            }
        }
        return words;
    }

    private Runnable clipFactor(double limit, List<GpuTensor> gradients, GpuTensor factor) {
        List<List<GpuTensor>> states = gradients.stream().map(List::of).toList();
        int pieces = pieces(states);
        long sums = gpu.memory().lend((long) Math.max(1, pieces) * Double.BYTES);
        List<Runnable> steps = new ArrayList<>();
        long done = 0;
        for (int from = 0; from < states.size(); from += MOST_STATES) {
            List<List<GpuTensor>> group = states.subList(from, Math.min(states.size(), from + MOST_STATES));
            steps.add(gpu.launch(KernelSources.UPDATES, "squares").struct(words(group)).number(sums + done * Double.BYTES).forEach((long) pieces(group) * THREADS, THREADS));
            done += pieces(group);
        }
        steps.add(gpu.launch(KernelSources.UPDATES, "clip_factor").number(sums).number(pieces).number(Double.doubleToRawLongBits(limit)).tensor(factor).grid(1, 1, 1, THREADS, 0));
        return () -> steps.forEach(Runnable::run);
    }
}
