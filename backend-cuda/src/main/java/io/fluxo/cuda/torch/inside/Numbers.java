package io.fluxo.cuda.torch.inside;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Single numbers as libtorch's tensors, made once: a training step asks for the same few over and over. */
final class Numbers {

    private final Map<Key, Tensor> made = new HashMap<>();

    private record Key(double value, DType dtype) {}

    /** {@code value} under a shape, without memory of its own. What is kept here is one more tensor on its storage, so that no update writes there. */
    Tensor of(double value, Shape shape, DType dtype) {
        Tensor number = made.computeIfAbsent(new Key(value, dtype), _ -> {
            Tensor fresh = HostValues.upload(HostArray.of(Shape.SCALAR, dtype, new double[] {value}));
            Scoped.keep(fresh);
            return fresh;
        });
        return shape.rank() == 0 ? number.alias() : number.expand(Sizes.of(shape));
    }

    void close() {
        made.values().forEach(Tensor::close);
        made.clear();
    }
}
