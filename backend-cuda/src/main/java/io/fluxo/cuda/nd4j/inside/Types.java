package io.fluxo.cuda.nd4j.inside;

import io.fluxo.tensor.DType;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;

/** Fluxo's element types in nd4j's names. */
final class Types {

    /** What nd4j computes in and conformance has been run for. It has a BFLOAT16 too, which is not offered. */
    static final Set<DType> FLOATING = Set.of(DType.F32, DType.F64);

    private Types() {}

    static DataType of(DType dtype) {
        return switch (dtype) {
            case F32 -> DataType.FLOAT;
            case F64 -> DataType.DOUBLE;
            case I32 -> DataType.INT;
            case I64 -> DataType.LONG;
            case BOOL -> DataType.BOOL;
            case BF16 -> throw new IllegalArgumentException("nd4j computes in f32 and f64, not in " + dtype.label());
        };
    }
}
