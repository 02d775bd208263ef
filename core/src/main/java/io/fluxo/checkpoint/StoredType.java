package io.fluxo.checkpoint;

import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How safetensors stores elements, little endian, largest first: the order in which tensors stand in a file, so that each is aligned. F16
 * is read as F32 and U8 as I32, which hold their values; they are not written.
 */
enum StoredType {
    I64(8, DType.I64), F64(8, DType.F64), F32(4, DType.F32), I32(4, DType.I32), BF16(2, DType.BF16), F16(2, DType.F32), U8(1, DType.I32),
    BOOL(1, DType.BOOL);

    private final int bytes;
    private final DType dtype;

    StoredType(int bytes, DType dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /** Bytes of one element in the file. */
    int bytes() {
        return bytes;
    }

    /** The type its elements have here. */
    DType dtype() {
        return dtype;
    }

    /** How {@code dtype} is written. */
    static StoredType of(DType dtype) {
        return switch (dtype) {
            case I64 -> I64;
            case F64 -> F64;
            case F32 -> F32;
            case I32 -> I32;
            case BF16 -> BF16;
            case BOOL -> BOOL;
        };
    }

    static Optional<StoredType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(StoredType::name).collect(Collectors.joining(", "));
    }

    /** A Java array of the kind {@link HostArray} wants. */
    Object newArray(int length) {
        return switch (this) {
            case I64 -> new long[length];
            case F64 -> new double[length];
            case F32, BF16, F16 -> new float[length];
            case I32, U8 -> new int[length];
            case BOOL -> new boolean[length];
        };
    }

    /** Reads {@code count} elements from {@code source} into {@code array}, from {@code at} on; false where a truth value is neither 0 nor 1. */
    boolean decode(ByteBuffer source, Object array, int at, int count) {
        switch (this) {
            case I64 -> source.asLongBuffer().get((long[]) array, at, count);
            case F64 -> source.asDoubleBuffer().get((double[]) array, at, count);
            case F32 -> source.asFloatBuffer().get((float[]) array, at, count);
            case I32 -> source.asIntBuffer().get((int[]) array, at, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    ((float[]) array)[at + i] = Float.intBitsToFloat(source.getShort() << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    ((float[]) array)[at + i] = Float.float16ToFloat(source.getShort());
                }
            }
            case U8 -> {
                for (int i = 0; i < count; i++) {
                    ((int[]) array)[at + i] = source.get() & 0xFF;
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    byte truth = source.get();
                    if (truth != 0 && truth != 1) {
                        return false;
                    }
                    ((boolean[]) array)[at + i] = truth == 1;
                }
            }
        }
        return true;
    }

    /** Writes {@code count} elements of {@code array}, from {@code at} on, into {@code target}. */
    void encode(Object array, int at, int count, ByteBuffer target) {
        for (int i = at; i < at + count; i++) {
            switch (this) {
                case I64 -> target.putLong(((long[]) array)[i]);
                case F64 -> target.putDouble(((double[]) array)[i]);
                case F32 -> target.putFloat(((float[]) array)[i]);
                case I32 -> target.putInt(((int[]) array)[i]);
                case BF16 -> target.putShort(upperHalf(((float[]) array)[i]));
                case BOOL -> target.put((byte) (((boolean[]) array)[i] ? 1 : 0));
                case F16, U8 -> throw new IllegalStateException(this + " is not written");
            }
        }
    }

    /** The bits of a BF16; a value that is one already, NaN included, keeps its bits. */
    private static short upperHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) (((bits & 0xFFFF) == 0 ? bits : Float.floatToRawIntBits(HostArray.roundToBf16(value))) >>> 16);
    }
}
