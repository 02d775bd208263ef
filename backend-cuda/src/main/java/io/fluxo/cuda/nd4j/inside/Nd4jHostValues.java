package io.fluxo.cuda.nd4j.inside;

import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Between Java's arrays and nd4j's. Truth values travel as integers: nd4j has no way for {@code boolean[]}. */
final class Nd4jHostValues {

    private Nd4jHostValues() {}

    static void write(HostArray host, INDArray to) {
        switch (host.dtype()) {
            case F32 -> to.data().setData((float[]) host.array());
            case F64 -> to.data().setData((double[]) host.array());
            case I32 -> to.data().setData((int[]) host.array());
            case I64 -> to.data().setData((long[]) host.array());
            case BOOL -> {
                try (INDArray integers = Nd4j.createUninitialized(DataType.INT, to.shape(), 'c')) {
                    integers.data().setData((int[]) host.cast(DType.I32).array());
                    to.assign(integers);
                }
            }
            case BF16 -> throw new IllegalArgumentException("nd4j computes in f32 and f64, not in " + host.dtype().label());
        }
    }

    static HostArray read(Nd4jTensor tensor) {
        if (tensor.isEmpty()) {
            tensor.requireAlive();
            return HostArray.of(tensor.shape(), tensor.dtype(), new double[0]);
        }
        DataBuffer data = tensor.array().data();
        return switch (tensor.dtype()) {
            case F32 -> HostArray.of(tensor.shape(), data.asFloat());
            case F64 -> HostArray.of(tensor.shape(), data.asDouble());
            case I32 -> HostArray.of(tensor.shape(), data.asInt());
            case I64 -> HostArray.of(tensor.shape(), data.asLong());
            case BOOL -> {
                try (INDArray integers = Nd4j.createUninitialized(DataType.INT, tensor.array().shape(), 'c')) {
                    integers.assign(tensor.array());
                    yield HostArray.of(tensor.shape(), integers.data().asInt()).cast(DType.BOOL);
                }
            }
            case BF16 -> throw new IllegalStateException("nd4j has no " + tensor.dtype().label());
        };
    }
}
