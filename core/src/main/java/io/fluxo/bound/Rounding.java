package io.fluxo.bound;

import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;

/**
 * How a floating type rounds.
 *
 * @param unit    the largest relative error of one correctly rounded operation
 * @param tiny    the smallest normal number: below it a result may be flushed to zero
 * @param largest the largest number
 */
public record Rounding(double unit, double tiny, double largest) {

    /**
     * Largest relative error of exp, log, tanh and erf, in units. Conformance holds every backend to it.
     */
    static final double FUNCTION = 8;

    /** Largest error of sin and cos, in units of 1. */
    static final double CIRCULAR = 6;

    private static final Rounding F32 = new Rounding(0x1p-24, Float.MIN_NORMAL, Float.MAX_VALUE);
    private static final Rounding F64 = new Rounding(0x1p-53, Double.MIN_NORMAL, Double.MAX_VALUE);
    private static final Rounding BF16 = new Rounding(0x1p-9, Float.MIN_NORMAL, 0x1.FEp127);

    /** Of integers and truth values: nothing is rounded. */
    private static final Rounding NONE = new Rounding(0, 0, Double.MAX_VALUE);

    public static Rounding of(DType dtype) {
        return switch (dtype) {
            case F32 -> F32;
            case F64 -> F64;
            case BF16 -> BF16;
            case I32, I64, BOOL -> NONE;
        };
    }

    /** γ_n = n·u/(1 − n·u), the relative error of n roundings one upon the other (Higham 2002, lemma 3.1); infinite where n·u reaches 1. */
    public double gamma(long n) {
        double share = n * unit;
        return share < 1 ? share / (1 - share) : Double.POSITIVE_INFINITY;
    }

    /** {@code value} as this type holds it. */
    static double held(DType dtype, double value) {
        return switch (dtype) {
            case F32 -> (float) value;
            case BF16 -> HostArray.roundToBf16((float) value);
            case F64, I32, I64, BOOL -> value;
        };
    }
}
