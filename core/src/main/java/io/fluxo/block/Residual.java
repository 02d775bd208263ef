package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/** How a sub-layer's output f joins the stream x. */
@FunctionalInterface
public interface Residual {

    /** f + x. */
    Residual IDENTITY = (pass, x, f) -> pass.add(f, x);

    /** f: nothing goes past the sub-layer. */
    Residual NONE = (pass, x, f) -> f;

    Tensor join(Pass pass, Tensor x, Tensor f);

    /** s·f + x. */
    static Residual scaled(double s) {
        return (pass, x, f) -> pass.add(pass.scale(f, s), x);
    }
}
