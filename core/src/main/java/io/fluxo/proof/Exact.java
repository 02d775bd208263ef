package io.fluxo.proof;

import io.fluxo.proof.Element.Known;
import io.fluxo.tensor.DType;

/**
 * Arithmetic on known numbers that keeps exact results and gives up rounded ones: 1e20 + 1 − 1e20 is not 0, and a product that underflows is not 0
 * either. A rounded result is an unknown finite number that no token changes.
 */
final class Exact {

    /** Integers beyond it have no exact double. */
    private static final double LARGEST_INTEGER = 0x1p53;

    /** Below it the error of a product may underflow and look like 0. */
    private static final double SMALLEST_CHECKED = 0x1p-900;

    private Exact() {}

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

    /** {@code element} in {@code dtype}: an integer that may have wrapped round is not known. */
    static Element within(DType dtype, Element element) {
        if (!(element instanceof Known(double number))) {
            return element;
        }
        boolean fits = switch (dtype) {
            case F32, F64, BF16 -> true;
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
