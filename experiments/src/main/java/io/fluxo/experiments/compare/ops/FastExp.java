package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.Exp;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/** e^x with a relative error of ε·x, as where x is multiplied by a rounded log₂e and the rest is not made good: the error grows with |x|. */
final class FastExp extends FaultyPrimitives {

    private final Ops ops;
    private final double epsilon;

    FastExp(Backend inner, double epsilon) {
        super(inner);
        ops = new Ops(inner);
        this.epsilon = epsilon;
    }

    @Override
    Optional<Tensor> wrong(PrimitiveOp op, Tensor... in) {
        if (!(op instanceof Exp)) {
            return Optional.empty();
        }
        Tensor right = inner.execute(op, in);
        Tensor nothing = ops.equal(right, ops.zerosLike(right));                            // e^−∞ stays 0
        return Optional.of(ops.where(nothing, right, ops.mul(right, ops.shift(ops.scale(in[0], epsilon), 1))));
    }
}
