package io.fluxo.experiments.compare.onnx;

import io.fluxo.tensor.DType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The standard's element types, by the numbers of TensorProto.DataType. Few of them exist in Fluxo; the others are named where they are refused. */
enum ElementType {
    FLOAT32(1, 32, DType.F32),
    UINT8(2, 8, null),
    INT8(3, 8, null),
    UINT16(4, 16, null),
    INT16(5, 16, null),
    INT32(6, 32, DType.I32),
    INT64(7, 64, DType.I64),
    STRING(8, 0, null),
    BOOL(9, 8, DType.BOOL),
    FLOAT16(10, 16, null),
    FLOAT64(11, 64, DType.F64),
    UINT32(12, 32, null),
    UINT64(13, 64, null),
    COMPLEX64(14, 64, null),
    COMPLEX128(15, 128, null),
    BFLOAT16(16, 16, DType.BF16),
    FLOAT8E4M3FN(17, 8, null),
    FLOAT8E4M3FNUZ(18, 8, null),
    FLOAT8E5M2(19, 8, null),
    FLOAT8E5M2FNUZ(20, 8, null),
    UINT4(21, 4, null),
    INT4(22, 4, null),
    FLOAT4E2M1(23, 4, null),
    FLOAT8E8M0(24, 8, null),
    UINT2(25, 2, null),
    INT2(26, 2, null),
    FLOAT6E2M3(27, 6, null),
    FLOAT6E3M2(28, 6, null);

    private final int code;
    private final int bits;
    private final DType dtype;

    ElementType(int code, int bits, DType dtype) {
        this.code = code;
        this.bits = bits;
        this.dtype = dtype;
    }

    static Optional<ElementType> of(long code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }

    /** Fluxo's type; empty where it has none. */
    Optional<DType> dtype() {
        return Optional.ofNullable(dtype);
    }

    /** Bytes of {@code elements} elements side by side; 0 where an element has no fixed size. */
    long bytes(long elements) {
        return (elements * bits + 7) / 8;
    }

    /** The name of the standard: {@code float16}. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
