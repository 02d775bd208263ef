package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;

/** Scales gradients down together where their norm exceeds a limit (Pascanu, Mikolov and Bengio 2013). The factor is a tensor: no step asks the host. */
final class Clipping {

    private final Backend backend;
    private final Ops ops;
    private final double limit;
    private Tensor factor;

    /**
     * The factor lives in the scope which is open now.
     *
     * @param limit 0 for none
     */
    Clipping(Backend backend, double limit, DType dtype) {
        this.backend = backend;
        this.ops = new Ops(backend);
        this.limit = limit;
        factor = limit == 0 ? null : backend.upload(HostArray.of(Shape.SCALAR, dtype, new double[] {1}));
    }

    Tensor[] of(Tensor[] gradients) {
        if (limit == 0) {
            return gradients;
        }
        factor = backend.update(new UpdateOp.ClipFactor(limit), Stream.concat(Stream.of(factor), Arrays.stream(gradients)).toArray(Tensor[]::new))[0];
        return Arrays.stream(gradients).map(gradient -> ops.mul(gradient, factor)).toArray(Tensor[]::new);
    }
}
