package io.fluxo.cpu.ejml;

import java.util.Arrays;

/** The elements of a tensor in row-major order: floating types as doubles, integers and truth values as longs. Never changed once made. */
sealed interface EjmlValues {

    /** Floating elements; those of an F32 tensor are all representable as floats. */
    record Reals(double[] array) implements EjmlValues {}

    /** Integers, or truth values as 0 and 1. */
    record Integers(long[] array) implements EjmlValues {}

    default double[] reals() {
        return switch (this) {
            case Reals(double[] array) -> array;
            case Integers _ -> throw new IllegalStateException("these elements are integers");
        };
    }

    default long[] integers() {
        return switch (this) {
            case Integers(long[] array) -> array;
            case Reals _ -> throw new IllegalStateException("these elements are reals");
        };
    }

    /** The elements at {@code positions}. */
    default EjmlValues pick(int[] positions) {
        return switch (this) {
            case Reals(double[] array) -> {
                double[] picked = new double[positions.length];
                for (int i = 0; i < picked.length; i++) {
                    picked[i] = array[positions[i]];
                }
                yield new Reals(picked);
            }
            case Integers(long[] array) -> {
                long[] picked = new long[positions.length];
                for (int i = 0; i < picked.length; i++) {
                    picked[i] = array[positions[i]];
                }
                yield new Integers(picked);
            }
        };
    }

    /** {@code length} elements of this kind, all of them {@code value}. */
    default EjmlValues filled(int length, double value) {
        return switch (this) {
            case Reals _ -> {
                double[] array = new double[length];
                Arrays.fill(array, value);
                yield new Reals(array);
            }
            case Integers _ -> {
                long[] array = new long[length];
                Arrays.fill(array, (long) value);
                yield new Integers(array);
            }
        };
    }

    /** Writes these elements at {@code positions} of {@code target}, which is not shared yet. */
    default void place(EjmlValues target, int[] positions) {
        switch (this) {
            case Reals(double[] array) -> {
                double[] into = target.reals();
                for (int i = 0; i < positions.length; i++) {
                    into[positions[i]] = array[i];
                }
            }
            case Integers(long[] array) -> {
                long[] into = target.integers();
                for (int i = 0; i < positions.length; i++) {
                    into[positions[i]] = array[i];
                }
            }
        }
    }
}
