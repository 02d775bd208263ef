package io.fluxo.cuda.nd4j.inside;

import io.fluxo.op.UpdateOp.AdamStep;
import io.fluxo.op.UpdateOp.ClipFactor;
import io.fluxo.op.UpdateOp.SgdStep;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Optimizer steps in place, in the order of operations that defines them. nd4j's {@code adam_updater} is not used: it adds ε before the second
 * moment is corrected, and counts steps itself.
 */
final class Nd4jUpdates {

    private final Nd4jMemory memory;
    private final Nd4jKernels kernels;
    private final Nd4jNumbers numbers;

    Nd4jUpdates(Nd4jMemory memory, Nd4jKernels kernels, Nd4jNumbers numbers) {
        this.memory = memory;
        this.kernels = kernels;
        this.numbers = numbers;
    }

    void accumulate(Nd4jTensor sum, INDArray x) {
        kernels.run("add", sum.array(), sum.array(), x);
    }

    /** In doubles on the host. */
    void clipFactor(ClipFactor op, Nd4jTensor factor, List<HostArray> gradients) {
        Nd4jHostValues.write(HostArray.of(Shape.SCALAR, factor.dtype(), new double[] {op.factor(gradients)}), factor.array());
    }

    /** @param rates lr, … */
    void sgd(SgdStep op, Nd4jTensor w, INDArray g, double[] rates) {
        INDArray step = like(w);
        INDArray gradient = op.decay() == 0 ? g : decayed(w, g, op.decay());
        kernels.run("multiply", step, gradient, number(rates[0], w.dtype()));
        kernels.run("subtract", w.array(), w.array(), step);
    }

    /** @param rates lr, 1 − β₁ᵗ, 1 − β₂ᵗ */
    void adam(AdamStep op, Nd4jTensor w, Nd4jTensor m, Nd4jTensor v, INDArray g, double[] rates) {
        DType dtype = w.dtype();
        INDArray gradient = op.decay() != 0 && !op.decoupled() ? decayed(w, g, op.decay()) : g;
        if (op.decay() != 0 && op.decoupled()) {
            kernels.run("multiply", w.array(), w.array(), number(1 - rates[0] * op.decay(), dtype));
        }
        INDArray step = like(w);
        kernels.run("multiply", step, gradient, numbers.of(1 - op.beta1(), dtype));
        blend(m, op.beta1(), step);
        kernels.run("multiply", step, gradient, gradient);
        kernels.run("multiply", step, step, numbers.of(1 - op.beta2(), dtype));
        blend(v, op.beta2(), step);
        Nd4j.getExecutioner().exec(new Sqrt(v.array(), step));
        kernels.run("divide", step, step, number(Math.sqrt(rates[2]), dtype));
        kernels.run("add", step, step, numbers.of(op.eps(), dtype));
        kernels.run("divide", step, m.array(), step);
        kernels.run("multiply", step, step, number(rates[0] / rates[1], dtype));
        kernels.run("subtract", w.array(), w.array(), step);
    }

    /** moment ← β·moment + x */
    private void blend(Nd4jTensor moment, double beta, INDArray x) {
        kernels.run("multiply", moment.array(), moment.array(), numbers.of(beta, moment.dtype()));
        kernels.run("add", moment.array(), moment.array(), x);
    }

    private INDArray decayed(Nd4jTensor w, INDArray g, double decay) {
        INDArray sum = like(w);
        kernels.run("multiply", sum, w.array(), numbers.of(decay, w.dtype()));
        kernels.run("add", sum, sum, g);
        return sum;
    }

    private INDArray like(Nd4jTensor x) {
        return memory.allocate(x.shape(), x.dtype()).array();
    }

    /** A number that is another at every step. */
    private INDArray number(double value, DType dtype) {
        INDArray array = memory.allocate(Shape.SCALAR, dtype).array();
        Nd4jHostValues.write(HostArray.of(Shape.SCALAR, dtype, new double[] {value}), array);
        return array;
    }
}
