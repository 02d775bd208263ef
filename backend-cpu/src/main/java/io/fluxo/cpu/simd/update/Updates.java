package io.fluxo.cpu.simd.update;

import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.loops.Elementwise;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.UpdateOp;
import io.fluxo.op.UpdateOp.AdamStep;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** Updates in place, element by element: each state read and written once, over ranges of whole blocks. */
final class Updates {

    private Updates() {}

    /**
     * The update of one state.
     *
     * @param in  what the update takes; those that it takes over are found in {@code out}
     * @param out the states themselves
     */
    static Workers.Range plan(UpdateOp op, List<SimdTensor> in, List<SimdTensor> out) {
        Object w = out.getFirst().alive();
        return switch (op) {
            case UpdateOp.Accumulate _ -> {
                float[] sum = out.getFirst().floats();
                float[] x = in.get(1) == in.get(0) ? sum : in.get(1).floats();
                yield (i, end, _) -> Elementwise.accumulate(sum, x, i, end);
            }
            case UpdateOp.Assign _ -> {
                Object from = in.get(1) == in.get(0) ? w : in.get(1).alive();
                int elements = out.getFirst().elements();
                yield (i, end, _) -> System.arraycopy(from, i, w, i, Math.min(end, elements) - i);
            }
            case UpdateOp.SgdStep(double decay) -> {
                float[] weight = out.getFirst().floats();
                float[] g = in.get(1).floats();
                float[] rates = in.get(2).floats();
                yield (i, end, _) -> sgd(weight, g, rates[0], (float) decay, i, end);
            }
            case UpdateOp.ClipFactor _ -> throw new IllegalStateException("not element by element: " + op.name());
            case AdamStep adam -> {
                float[] weight = out.get(0).floats();
                float[] m = out.get(1).floats();
                float[] v = out.get(2).floats();
                float[] g = in.get(3).floats();
                float[] rates = in.get(4).floats();
                yield (i, end, _) -> adam(adam, weight, m, v, g, rates, i, end);
            }
        };
    }

    /** Roughly the time of one element, in nanoseconds. */
    static double nanos(UpdateOp op) {
        return switch (op) {
            case UpdateOp.Accumulate _, UpdateOp.Assign _, UpdateOp.SgdStep _, UpdateOp.ClipFactor _ -> 0.2;
            case AdamStep _ -> 0.6;
        };
    }

    private static void sgd(float[] w, float[] g, float lr, float decay, int from, int to) {
        for (int i = from; i < to; i += L) {
            FloatVector weight = load(w, i);
            FloatVector gradient = decay == 0 ? load(g, i) : load(g, i).add(weight.mul(decay));
            weight.sub(gradient.mul(lr)).intoArray(w, i);
        }
    }

    /** @param rates lr, 1 − β₁ᵗ, 1 − β₂ᵗ */
    private static void adam(AdamStep op, float[] w, float[] m, float[] v, float[] g, float[] rates, int from, int to) {
        float beta1 = (float) op.beta1();
        float rest1 = (float) (1 - op.beta1());
        float beta2 = (float) op.beta2();
        float rest2 = (float) (1 - op.beta2());
        float eps = (float) op.eps();
        float decay = (float) op.decay();
        float keep = op.decoupled() ? rates[0] * -decay + 1 : 1;
        boolean coupled = decay != 0 && !op.decoupled();
        float rate = rates[0] / rates[1];
        float root = (float) Math.sqrt(rates[2]);
        for (int i = from; i < to; i += L) {
            FloatVector weight = load(w, i);
            FloatVector gradient = coupled ? load(g, i).add(weight.mul(decay)) : load(g, i);
            FloatVector first = load(m, i).mul(beta1).add(gradient.mul(rest1));
            FloatVector second = load(v, i).mul(beta2).add(gradient.mul(gradient).mul(rest2));
            first.intoArray(m, i);
            second.intoArray(v, i);
            weight.mul(keep).sub(first.div(second.sqrt().div(root).add(eps)).mul(rate)).intoArray(w, i);
        }
    }
}
