package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.conformance.RotateBitsContract;
import io.fluxo.cuda.driver.MatrixProduct.Precision;

/** On the emulated device. */
class CudaRotateTest extends RotateBitsContract {

    @Override
    protected Backend open() {
        return EmulatedGpu.open(Precision.F32);
    }
}
