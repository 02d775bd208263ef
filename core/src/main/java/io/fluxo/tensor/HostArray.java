package io.fluxo.tensor;

import io.fluxo.shape.Shape;
import io.fluxo.text.Text;
import java.lang.reflect.Array;
import java.util.Arrays;

/**
 * Values on the host in row-major order: what goes up to a backend and comes back. Floating types travel as {@code float[]} (F32, BF16) or
 * {@code double[]} (F64), integers as {@code int[]} or {@code long[]}, truth values as {@code boolean[]}.
 *
 * @param shape a known shape
 * @param dtype element type
 * @param array the Java array that holds {@code shape.elements()} values; not copied
 */
public record HostArray(Shape shape, DType dtype, Object array) {

    public HostArray {
        int length = switch (dtype) {
            case F32, BF16 -> ((float[]) array).length;
            case F64 -> ((double[]) array).length;
            case I32 -> ((int[]) array).length;
            case I64 -> ((long[]) array).length;
            case BOOL -> ((boolean[]) array).length;
        };
        if (length != shape.elements()) {
            throw new IllegalArgumentException(Text.format("%d values do not fill %s of %d elements", length, shape, shape.elements()));
        }
    }

    public static HostArray of(Shape shape, float... values) {
        return new HostArray(shape, DType.F32, values);
    }

    public static HostArray of(Shape shape, double... values) {
        return new HostArray(shape, DType.F64, values);
    }

    public static HostArray of(Shape shape, int... values) {
        return new HostArray(shape, DType.I32, values);
    }

    public static HostArray of(Shape shape, long... values) {
        return new HostArray(shape, DType.I64, values);
    }

    public static HostArray of(Shape shape, boolean... values) {
        return new HostArray(shape, DType.BOOL, values);
    }

    /** {@code values} as {@code dtype}, rounded to nearest; F32, F64, I32, I64 (truncated) or BOOL (≠ 0). */
    public static HostArray of(Shape shape, DType dtype, double[] values) {
        return switch (dtype) {
            case F64 -> new HostArray(shape, dtype, values);
            case F32, BF16 -> new HostArray(shape, dtype, toFloats(values, dtype));
            case I32 -> new HostArray(shape, dtype, Arrays.stream(values).mapToInt(value -> (int) value).toArray());
            case I64 -> new HostArray(shape, dtype, Arrays.stream(values).mapToLong(value -> (long) value).toArray());
            case BOOL -> {
                boolean[] truths = new boolean[values.length];
                for (int i = 0; i < truths.length; i++) {
                    truths[i] = values[i] != 0;
                }
                yield new HostArray(shape, dtype, truths);
            }
        };
    }

    private static float[] toFloats(double[] values, DType dtype) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = dtype == DType.BF16 ? roundToBf16((float) values[i]) : (float) values[i];
        }
        return floats;
    }

    /** {@code value} with the upper 16 bits of its representation, rounded to nearest even. */
    public static float roundToBf16(float value) {
        if (Float.isNaN(value)) {
            return Float.NaN;
        }
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7FFF + ((bits >>> 16) & 1)) & 0xFFFF0000);
    }

    public int elements() {
        return shape.elements();
    }

    @Override
    public String toString() {
        return Preview.of(shape, dtype, "on the host", i -> Array.get(array, i));
    }

    /** The values as doubles; truth values as 0 and 1. A copy unless the type is F64. */
    public double[] toDoubles() {
        return switch (dtype) {
            case F64 -> (double[]) array;
            case F32, BF16 -> {
                float[] floats = (float[]) array;
                double[] doubles = new double[floats.length];
                for (int i = 0; i < doubles.length; i++) {
                    doubles[i] = floats[i];
                }
                yield doubles;
            }
            case I32 -> Arrays.stream((int[]) array).asDoubleStream().toArray();
            case I64 -> Arrays.stream((long[]) array).asDoubleStream().toArray();
            case BOOL -> {
                boolean[] truths = (boolean[]) array;
                double[] doubles = new double[truths.length];
                for (int i = 0; i < doubles.length; i++) {
                    doubles[i] = truths[i] ? 1 : 0;
                }
                yield doubles;
            }
        };
    }

    /** The values as floats. A copy unless the type is F32 or BF16. */
    public float[] toFloats() {
        return dtype == DType.F32 || dtype == DType.BF16 ? (float[]) array : toFloats(toDoubles(), DType.F32);
    }

    /** Σ x² in double precision, one element after the other. */
    public double sumOfSquares() {
        double sum = 0;
        for (double value : toDoubles()) {
            sum += value * value;
        }
        return sum;
    }

    /** The single value of an array of one element. */
    public double scalar() {
        if (elements() != 1) {
            throw new IllegalStateException("an array " + shape + " is not a single number");
        }
        return toDoubles()[0];
    }

    /** These values as another type. */
    public HostArray cast(DType to) {
        return to == dtype ? this : of(shape, to, toDoubles());
    }
}
