package io.fluxo.experiments.study.numbers;

import io.fluxo.text.Text;

/** How measured numbers are written for people: three decimals, and other forms where those would hide the number or run out of bounds. */
public final class Numerals {

    private static final double SMALL = 0.0095;
    private static final double LARGE = 1e5;

    private Numerals() {}

    /** {@code 2.627}, {@code 0.0027}, {@code 4.21e+10}; a dash for what is not finite. Only zero is written as {@code 0.000}. */
    public static String text(double value) {
        if (!Double.isFinite(value)) {
            return "–";
        }
        double size = Math.abs(value);
        String digits = Text.format(size != 0 && size < SMALL ? "%.2g" : size < LARGE ? "%.3f" : "%.2e", size);
        return value < 0 ? "−" + digits : digits;
    }

    /** The same with a sign, which zero does not have. */
    public static String signed(double value) {
        return value > 0 ? "+" + text(value) : text(value);
    }
}
