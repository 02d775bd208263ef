package io.fluxo.cuda.torch.inside;

import io.fluxo.op.UpdateOp.AdamStep;
import io.fluxo.op.UpdateOp.ClipFactor;
import io.fluxo.op.UpdateOp.SgdStep;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Optimizer steps in place, in the order of operations that defines them. libtorch's {@code _fused_adam_} is not used: it counts steps itself, and what
 * it divides by comes here from outside.
 */
final class Updates {

    private Updates() {}

    /** Squares are summed in double precision. */
    static void clipFactor(ClipFactor op, Tensor factor, Tensor... gradients) {
        factor.fill_(new Scalar(op.factor(Arrays.stream(gradients).mapToDouble(Updates::sumOfSquares).toArray())));
    }

    private static double sumOfSquares(Tensor gradient) {
        Tensor wide = gradient.to(ScalarType.Double);
        return torch.sum(torch.mul(wide, wide)).item_double();
    }

    /** @param rates lr, … */
    static void sgd(SgdStep op, Tensor w, Tensor g, double[] rates) {
        Tensor gradient = op.decay() == 0 ? g : torch.add(g, w, new Scalar(op.decay()));
        w.sub_(gradient, new Scalar(rates[0]));
    }

    /** @param rates lr, 1 − β₁ᵗ, 1 − β₂ᵗ */
    static void adam(AdamStep op, Tensor w, Tensor m, Tensor v, Tensor g, double[] rates) {
        Tensor gradient = op.decay() != 0 && !op.decoupled() ? torch.add(g, w, new Scalar(op.decay())) : g;
        if (op.decay() != 0 && op.decoupled()) {
            w.mul_(new Scalar(1 - rates[0] * op.decay()));
        }
        m.mul_(new Scalar(op.beta1())).add_(gradient, new Scalar(1 - op.beta1()));
        v.mul_(new Scalar(op.beta2())).addcmul_(gradient, gradient, new Scalar(1 - op.beta2()));
        Tensor deviation = torch.sqrt(v).div_(new Scalar(Math.sqrt(rates[2]))).add_(new Scalar(op.eps()));
        w.addcdiv_(m, deviation, new Scalar(-rates[0] / rates[1]));
    }
}
