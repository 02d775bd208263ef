package example.arrays;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** Integers and truth values as longs, which hold all of them; doubles do not. */
final class Integers {

    private Integers() {}

    static long[] of(HostArray values) {
        return switch (values.array()) {
            case long[] longs -> longs;
            case int[] ints -> Arrays.stream(ints).asLongStream().toArray();
            case boolean[] truths -> {
                long[] longs = new long[truths.length];
                for (int i = 0; i < longs.length; i++) {
                    longs[i] = truths[i] ? 1 : 0;
                }
                yield longs;
            }
            default -> throw new IllegalArgumentException(values.dtype().label() + " is no type of integers");
        };
    }

    /** {@code values} as {@code dtype}: lower bits of an I32, ≠ 0 of a BOOL, the nearest number of a floating type. */
    static HostArray as(DType dtype, Shape shape, long[] values) {
        return switch (dtype) {
            case I64 -> HostArray.of(shape, values.clone());
            case I32 -> HostArray.of(shape, Arrays.stream(values).mapToInt(value -> (int) value).toArray());
            case BOOL -> HostArray.of(shape, truths(values));
            case F32 -> HostArray.of(shape, floats(values));
            case F64, BF16 -> HostArray.of(shape, dtype, Arrays.stream(values).asDoubleStream().toArray());
        };
    }

    private static boolean[] truths(long[] values) {
        boolean[] truths = new boolean[values.length];
        for (int i = 0; i < truths.length; i++) {
            truths[i] = values[i] != 0;
        }
        return truths;
    }

    /** Rounded once, and not by way of doubles. */
    private static float[] floats(long[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values[i];
        }
        return floats;
    }
}
