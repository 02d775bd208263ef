package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** How a sub-layer's output f joins the stream x. */
@FunctionalInterface
public interface Residual {

    /** f + x. */
    Residual IDENTITY = (pass, x, f) -> pass.add(f, x);

    /** f: nothing goes past the sub-layer. */
    Residual NONE = new Residual() {
        @Override
        public Tensor join(Pass pass, Tensor x, Tensor f) {
            return f;
        }

        @Override
        public double carry() {
            return 0;
        }
    };

    Tensor join(Pass pass, Tensor x, Tensor f);

    /** What x is multiplied by. */
    default double carry() {
        return 1;
    }

    /** What f is multiplied by before it joins. */
    default double weight() {
        return 1;
    }

    /** The same, which shows what joins the stream at {@code contribution}. */
    default Residual showing(HookPoint contribution) {
        return (pass, x, f) -> join(pass, x, pass.at(contribution, f));
    }

    /** s·f + x. */
    static Residual scaled(double s) {
        return new Scaled(s);
    }

    /**
     * s·f + x.
     *
     * @param weight s
     */
    record Scaled(double weight) implements Residual {
        @Override
        public Tensor join(Pass pass, Tensor x, Tensor f) {
            return pass.add(pass.scale(f, weight), x);
        }

        @Override
        public Residual showing(HookPoint contribution) {
            return (pass, x, f) -> pass.add(pass.at(contribution, pass.scale(f, weight)), x);
        }
    }
}
