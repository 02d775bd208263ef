package example.arrays;

import io.fluxo.op.PrimitiveOp.Constant;
import io.fluxo.op.PrimitiveOp.Iota;
import io.fluxo.op.PrimitiveOp.RandomUniform;
import io.fluxo.op.PrimitiveOp.Source;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** Tensors out of nothing. */
final class Sources {

    private Sources() {}

    static HostArray make(Source op, HostArray[] in) {
        return switch (op) {
            case Constant(Scalar value, Shape shape, DType dtype) -> filled(value.value(), shape, dtype);
            case Iota(int axis, Shape shape, DType dtype) -> {
                int[] strides = new int[shape.rank()];
                strides[shape.axis(axis)] = 1;
                yield HostArray.of(shape, dtype, Arrays.stream(Walk.through(shape.sizes(), strides, 0)).asDoubleStream().toArray());
            }
            case RandomUniform(Shape shape, DType dtype) -> draws(shape, dtype, Integers.of(in[0]));
        };
    }

    static HostArray filled(double value, Shape shape, DType dtype) {
        double[] array = new double[shape.elements()];
        Arrays.fill(array, value);
        return HostArray.of(shape, dtype, array);
    }

    /** The same draws on every backend: the upper 24 or 53 of 64 bits. */
    private static HostArray draws(Shape shape, DType dtype, long[] key) {
        RandomKey random = new RandomKey(key[0]);
        double[] array = new double[shape.elements()];
        Arrays.setAll(array, i -> dtype == DType.F32 ? (random.bits(key[1] + i) >>> 40) * 0x1p-24 : random.uniform(key[1] + i));
        return HostArray.of(shape, dtype, array);
    }
}
