package io.fluxo.tensor;

import io.fluxo.shape.Shape;
import io.fluxo.text.Text;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How a tensor shows itself to a person: type, shape, where it lies, and its first values where these can be read without doing anything. */
public final class Preview {

    /** How many values are shown. */
    private static final int FIRST = 6;

    private Preview() {}

    /**
     * {@code f32 [2, d_model=4] on simd: 0.5, -1, 2.25, 0, 1e-05, 3, …}.
     *
     * @param value an element by its position, row-major
     */
    public static String of(Shape shape, DType dtype, String where, IntFunction<Object> value) {
        int elements = shape.elements();
        String shown = IntStream.range(0, Math.min(FIRST, elements)).mapToObj(value).map(Preview::text).collect(Collectors.joining(", "));
        return Text.format("%s: %s", of(shape, dtype, where), elements == 0 ? "no values" : elements > FIRST ? shown + ", …" : shown);
    }

    /** The same without values. */
    public static String of(Shape shape, DType dtype, String where) {
        return Text.format("%s %s %s", dtype.label(), shape, where);
    }

    /** A number in four significant digits, without trailing zeros. */
    private static String text(Object value) {
        return switch (value) {
            case Float number -> number(number);
            case Double number -> number(number);
            default -> value.toString();
        };
    }

    private static String number(double value) {
        if (!Double.isFinite(value) || value == Math.rint(value) && Math.abs(value) < 1e6) {
            return Double.isFinite(value) ? Text.format("%.0f", value) : Double.toString(value);
        }
        return Text.format("%.4g", value).replaceAll("(\\.[0-9]*?)0+(?=e|$)", "$1").replaceAll("\\.(?=e|$)", "");
    }
}
