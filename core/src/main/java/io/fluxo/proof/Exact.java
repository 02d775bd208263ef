package io.fluxo.proof;

import io.fluxo.proof.Element.Known;
import io.fluxo.proof.Element.Unknown;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;

/**
 * Arithmetic on known numbers that keeps exact results and gives up rounded ones: 1e20 + 1 − 1e20 is not 0, and a product that underflows is not 0
 * either. A rounded result is an unknown finite number that no token changes.
 */
final class Exact {

    /** Integers beyond it have no exact double. */
    private static final double LARGEST_INTEGER = 0x1p53;

    /** Below it the error of a product may underflow and look like 0. */
    private static final double SMALLEST_CHECKED = 0x1p-900;

    /** Infinite in f32, finite in f64. */
    private static final Element BEYOND = Element.WEIGHT;

    private Exact() {}

    /** Known numbers that are added, in whatever order a backend likes: their sum is known only where no order rounds. */
    static final class Terms {

        /** Integers up to it are exact in f32. */
        private static final double EXACT_UNITS = 0x1p24;

        private double magnitude;
        private double unit = Double.MAX_VALUE;

        void add(Element term) {
            if (term instanceof Known(double number) && number != 0 && Double.isFinite(number)) {
                magnitude += Math.abs(number);
                unit = Math.min(unit, lowestBit(number));
            }
        }

        /** {@code sum} of these terms, or what is left of it: all of them, and so every partial sum, are multiples of one unit. */
        Element of(Element sum) {
            return sum instanceof Known(double number) && Double.isFinite(number) && magnitude > EXACT_UNITS * unit ? Element.WEIGHT : sum;
        }

        private static double lowestBit(double number) {
            long fraction = Double.doubleToRawLongBits(number) & (1L << 52) - 1;
            return Math.scalb(1.0, Math.getExponent(number) - 52 + Long.numberOfTrailingZeros(fraction | 1L << 52));
        }
    }

    static Element sum(double a, double b) {
        double sum = a + b;
        if (!Double.isFinite(a) || !Double.isFinite(b)) {
            return new Known(sum);
        }
        double shareOfB = sum - a;
        double error = (a - (sum - shareOfB)) + (b - shareOfB);                       // Knuth's TwoSum: a + b = sum + error
        return exactly(sum, error == 0);
    }

    static Element product(double a, double b) {
        double product = a * b;
        if (a == 0 || b == 0 || !Double.isFinite(a) || !Double.isFinite(b)) {
            return new Known(product);
        }
        return exactly(product, Math.abs(product) > SMALLEST_CHECKED && Math.fma(a, b, -product) == 0);
    }

    static Element quotient(double a, double b) {
        double quotient = a / b;
        if (a == 0 || b == 0 || !Double.isFinite(a) || !Double.isFinite(b)) {
            return new Known(quotient);
        }
        boolean checked = Math.abs(quotient) > SMALLEST_CHECKED && Math.abs(a) > SMALLEST_CHECKED;
        return exactly(quotient, checked && Math.fma(quotient, b, -a) == 0);
    }

    static Element root(double a) {
        double root = Math.sqrt(a);
        if (a == 0 || !Double.isFinite(root)) {
            return new Known(root);
        }
        return exactly(root, a > SMALLEST_CHECKED && Math.fma(root, root, -a) == 0);
    }

    /** {@code value} of a function that is rational only at its {@code exact} points. */
    static Element atExactPoint(double value, boolean exact) {
        return exact ? new Known(value) : Element.WEIGHT;
    }

    /**
     * {@code element} in {@code dtype}: an integer that may have wrapped round is not known, and neither is a number that a type of floats would round. A
     * proof is of every floating type at once, so that a number is known where even the narrower of f32 and f64 has it.
     */
    static Element within(DType dtype, Element element) {
        if (!(element instanceof Known(double number))) {
            return element;
        }
        if (dtype.isFloating() && Math.abs(number) > Float.MAX_VALUE && Double.isFinite(number)) {
            return BEYOND;
        }
        boolean fits = switch (dtype) {
            case F32, F64 -> Double.isNaN(number) || (float) number == number;
            case BF16 -> Double.isNaN(number) || HostArray.roundToBf16((float) number) == number;
            case I32 -> number == (int) number;
            case I64 -> Math.abs(number) <= LARGEST_INTEGER;
            case BOOL -> number == 0 || number == 1;
        };
        return fits ? element : Element.WEIGHT;
    }

    /** The integer {@code value}. */
    static Element integer(long value) {
        return Math.abs((double) value) <= LARGEST_INTEGER ? new Known(value) : Element.WEIGHT;
    }

    private static Element exactly(double value, boolean exact) {
        return exact && Double.isFinite(value) ? new Known(value) : Element.WEIGHT;
    }
}
