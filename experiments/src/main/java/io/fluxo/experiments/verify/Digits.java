package io.fluxo.experiments.verify;

import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Numbers as a person reads them. */
public final class Digits {

    private Digits() {}

    /** Six significant digits: {@code 1.28745}, {@code −3.1e-12}. */
    public static String text(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : Double.toString(value);
        }
        double size = Math.abs(value);
        String digits = size < 1e-4 || size >= 1e7 ? Text.format("%.3e", size)
                : Text.format("%.5f", size).replaceAll("0+$", "").replaceAll("\\.$", "");
        return (value < 0 ? "−" : "") + digits;
    }

    /** {@code [1.2, 0.4, 0.1, 0.9]}. */
    public static String text(double[] values) {
        return Arrays.stream(values).mapToObj(Digits::text).collect(Collectors.joining(", ", "[", "]"));
    }
}
