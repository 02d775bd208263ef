package io.fluxo.conformance;

import io.fluxo.tensor.DType;

/**
 * How far a result may be from its definition, in units of ε, the largest relative error of one correctly rounded operation (2⁻²⁴ in F32).
 * NaN and the infinities must be met exactly.
 */
sealed interface Tolerance {

    /** The same value; −0 and 0 are the same. */
    record Exact() implements Tolerance {}

    /** |got − expected| ≤ units·ε·|expected|, and a subnormal may be flushed to zero. */
    record Relative(double units) implements Tolerance {}

    /** |got − expected| ≤ units·ε, for functions between −1 and 1 whose argument loses digits when it is reduced. */
    record Absolute(double units) implements Tolerance {}

    /**
     * |got − expected| ≤ units·ε·√terms·s, where s is the largest |expected| of the tensor, and at least {@code floor}, the size of what was
     * summed where it nearly cancels: rounding errors of {@code terms} additions add up like a random walk, relative to the size of the sums.
     */
    record Sum(double units, int terms, double floor) implements Tolerance {}

    Tolerance EXACT = new Exact();

    /** One correctly rounded operation. */
    Tolerance ROUNDED = new Relative(1);

    /** An exp, log, tanh or erf good to a few units in the last place. */
    Tolerance FUNCTION = new Relative(8);

    /** A sum of {@code terms} products. */
    static Tolerance sum(int terms) {
        return sum(terms, 0);
    }

    /** A sum of {@code terms} products of size {@code floor}. */
    static Tolerance sum(int terms, double floor) {
        return new Sum(4, Math.max(terms, 1), floor);
    }

    /** The same kind of bound, {@code factor} times as wide. */
    default Tolerance times(double factor) {
        return switch (this) {
            case Exact _ -> this;
            case Relative(double units) -> new Relative(units * factor);
            case Absolute(double units) -> new Absolute(units * factor);
            case Sum(double units, int terms, double floor) -> new Sum(units * factor, terms, floor);
        };
    }

    /** The largest error allowed at an element. */
    default double allowed(DType dtype, double expected, double largest) {
        double epsilon = epsilon(dtype);
        return switch (this) {
            case Exact _ -> 0;
            case Relative(double units) -> units * epsilon * Math.abs(expected) + smallestNormal(dtype);
            case Absolute(double units) -> units * epsilon;
            case Sum(double units, int terms, double floor) -> units * epsilon * Math.sqrt(terms) * Math.max(largest, floor) + smallestNormal(dtype);
        };
    }

    /** The largest relative error of rounding to {@code dtype}. */
    static double epsilon(DType dtype) {
        return switch (dtype) {
            case F32 -> 0x1p-24;
            case F64 -> 0x1p-53;
            case BF16 -> 0x1p-9;
            case I32, I64, BOOL -> 0;
        };
    }

    private static double smallestNormal(DType dtype) {
        return switch (dtype) {
            case F32, BF16 -> Float.MIN_NORMAL;
            case F64 -> Double.MIN_NORMAL;
            case I32, I64, BOOL -> 0;
        };
    }
}
