package io.fluxo.cuda.torch.inside;

import io.fluxo.tensor.DType;
import java.util.Set;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Fluxo's element types in libtorch's names. */
final class Types {

    /** What conformance has been run for. */
    static final Set<DType> FLOATING = Set.of(DType.F32, DType.F64);

    private Types() {}

    static ScalarType of(DType dtype) {
        return switch (dtype) {
            case F32 -> ScalarType.Float;
            case F64 -> ScalarType.Double;
            case I32 -> ScalarType.Int;
            case I64 -> ScalarType.Long;
            case BOOL -> ScalarType.Bool;
            case BF16 -> throw new IllegalArgumentException("torch computes in f32 and f64, not in " + dtype.label());
        };
    }
}
