package io.fluxo.cpu.ejml;

import io.fluxo.cpu.ejml.EjmlValues.Integers;
import io.fluxo.cpu.ejml.EjmlValues.Reals;
import io.fluxo.tensor.DType;

/**
 * Fits results to their type. One operation on floats done in doubles and rounded once is the correctly rounded result for + − · / √ (53 ≥
 * 2·24 + 2 bits), and as good as that for sums and products of matrices.
 */
final class Precision {

    private Precision() {}

    /** Rounds fresh results in place: F32 to the nearest float, I32 to its lower 32 bits. */
    static EjmlValues fit(DType dtype, EjmlValues values) {
        switch (values) {
            case Reals(double[] array) when dtype == DType.F32 -> {
                for (int i = 0; i < array.length; i++) {
                    array[i] = (float) array[i];
                }
            }
            case Integers(long[] array) when dtype == DType.I32 -> {
                for (int i = 0; i < array.length; i++) {
                    array[i] = (int) array[i];
                }
            }
            case Reals _, Integers _ -> { }
        }
        return values;
    }

    /** The elements as another type: to integers truncated, to BOOL as ≠ 0. */
    static EjmlValues cast(EjmlTensor x, DType to) {
        return switch (x.values()) {
            case Reals(double[] in) -> switch (to) {
                case F64, F32, BF16 -> fit(to, new Reals(in.clone()));
                case I64, I32, BOOL -> {
                    long[] out = new long[in.length];
                    for (int i = 0; i < out.length; i++) {
                        out[i] = to == DType.BOOL ? (in[i] != 0 ? 1 : 0) : to == DType.I32 ? (int) in[i] : (long) in[i];
                    }
                    yield new Integers(out);
                }
            };
            case Integers(long[] in) -> switch (to) {
                case F64, F32, BF16 -> {
                    double[] out = new double[in.length];
                    for (int i = 0; i < out.length; i++) {
                        out[i] = to == DType.F32 ? (float) in[i] : in[i];            // a long straight to float: rounded once
                    }
                    yield new Reals(out);
                }
                case BOOL -> {
                    long[] out = new long[in.length];
                    for (int i = 0; i < out.length; i++) {
                        out[i] = in[i] != 0 ? 1 : 0;
                    }
                    yield new Integers(out);
                }
                case I64, I32 -> fit(to, new Integers(in.clone()));
            };
        };
    }
}
