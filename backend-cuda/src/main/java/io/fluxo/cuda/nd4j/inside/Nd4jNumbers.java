package io.fluxo.cuda.nd4j.inside;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Single numbers as nd4j's arrays, made once: a training step asks for the same few over and over. */
final class Nd4jNumbers {

    private final Map<Key, INDArray> arrays = new HashMap<>();

    private record Key(double value, DType dtype) {}

    /** {@code value}; not to be written to. */
    INDArray of(double value, DType dtype) {
        return arrays.computeIfAbsent(new Key(value, dtype), _ -> {
            INDArray made = Nd4j.createUninitialized(Types.of(dtype), new long[0], 'c');
            Nd4jHostValues.write(HostArray.of(Shape.SCALAR, dtype, new double[] {value}), made);
            return made;
        });
    }

    void close() {
        arrays.values().forEach(INDArray::close);
        arrays.clear();
    }
}
