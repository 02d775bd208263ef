package io.fluxo.cpu.ejml;

import io.fluxo.cpu.ejml.EjmlValues.Integers;
import io.fluxo.cpu.ejml.EjmlValues.Reals;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** Between a host's arrays and a tensor's. */
final class EjmlHostValues {

    private EjmlHostValues() {}

    static EjmlValues of(HostArray host) {
        return switch (host.dtype()) {
            case F64 -> new Reals(((double[]) host.array()).clone());
            case F32, BF16 -> new Reals(host.toDoubles());
            case I32 -> new Integers(Arrays.stream((int[]) host.array()).asLongStream().toArray());
            case I64 -> new Integers(((long[]) host.array()).clone());
            case BOOL -> {
                boolean[] truths = (boolean[]) host.array();
                long[] array = new long[truths.length];
                for (int i = 0; i < array.length; i++) {
                    array[i] = truths[i] ? 1 : 0;
                }
                yield new Integers(array);
            }
        };
    }

    static HostArray toHost(EjmlTensor tensor) {
        Shape shape = tensor.shape();
        DType dtype = tensor.dtype();
        return switch (tensor.values()) {
            case Reals(double[] array) -> HostArray.of(shape, dtype, array.clone());
            case Integers(long[] array) when dtype == DType.I64 -> HostArray.of(shape, array.clone());
            case Integers(long[] array) -> HostArray.of(shape, dtype, Arrays.stream(array).asDoubleStream().toArray());
        };
    }
}
