package io.fluxo.cpu.ejml;

import io.fluxo.cpu.ejml.EjmlValues.Integers;
import io.fluxo.cpu.ejml.EjmlValues.Reals;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.DType;
import java.util.Arrays;

/** Operations without tensor inputs of values: constants, iota, random numbers. */
final class Sources {

    private Sources() {}

    static EjmlValues make(Source op, EjmlTensor[] in) {
        return switch (op) {
            case Constant constant -> constant(constant);
            case Iota iota -> iota(iota);
            case RandomUniform random -> draws(random, in[0].values().integers());
        };
    }

    private static EjmlValues constant(Constant op) {
        double value = op.value().value();
        int length = op.shape().elements();
        if (op.dtype().isFloating()) {
            double[] array = new double[length];
            Arrays.fill(array, value);
            return new Reals(array);
        }
        long[] array = new long[length];
        Arrays.fill(array, op.dtype() == DType.BOOL ? (value != 0 ? 1 : 0) : (long) value);
        return new Integers(array);
    }

    private static EjmlValues iota(Iota op) {
        int axis = op.shape().axis(op.axis());
        int[] strides = new int[op.shape().rank()];
        strides[axis] = 1;
        int[] counts = Walk.through(op.shape().sizes(), strides, 0);
        return op.dtype().isFloating()
                ? new Reals(Arrays.stream(counts).asDoubleStream().toArray())
                : new Integers(Arrays.stream(counts).asLongStream().toArray());
    }

    private static EjmlValues draws(RandomUniform op, long[] key) {
        RandomKey random = new RandomKey(key[0]);
        double[] array = new double[op.shape().elements()];
        for (int i = 0; i < array.length; i++) {
            array[i] = op.dtype() == DType.F32 ? (random.bits(key[1] + i) >>> 40) * 0x1p-24 : random.uniform(key[1] + i);
        }
        return new Reals(array);
    }
}
