package io.fluxo.op;

import io.fluxo.backend.Backend;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Set;

/** A backend that knows the shapes of results and computes nothing. */
public final class ShapesOnly implements Backend {

    @Override
    public String name() {
        return "shapes";
    }

    @Override
    public Set<DType> dtypes() {
        return Set.of(DType.F32);
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return new Handle(ShapeRules.KNOWN.shape(op, inputs), ShapeRules.dtype(op, inputs));
    }

    @Override
    public Tensor upload(HostArray values) {
        return new Handle(values.shape(), values.dtype());
    }

    @Override
    public HostArray download(Tensor tensor) {
        throw new IllegalStateException("there are no values");
    }

    @Override
    public TensorScope openScope() {
        return new TensorScope() {
            @Override
            public <T extends Tensor> T keep(T tensor) {
                return tensor;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {}
}
