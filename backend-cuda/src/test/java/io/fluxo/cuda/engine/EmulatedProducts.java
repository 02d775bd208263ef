package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** Matrix products on the emulated GPU, and the sizes that bound their rounding. */
final class EmulatedProducts {

    private EmulatedProducts() {}

    static float[] product(Precision precision, HostArray a, HostArray b) {
        try (Backend backend = EmulatedGpu.open(precision)) {
            return backend.download(backend.execute(new PrimitiveOp.MatMul(false, false), backend.upload(a), backend.upload(b))).toFloats();
        }
    }

    /** Each number without its sign. */
    static HostArray sizes(HostArray values) {
        return HostArray.of(values.shape(), DType.F32, Arrays.stream(values.toDoubles()).map(Math::abs).toArray());
    }
}
