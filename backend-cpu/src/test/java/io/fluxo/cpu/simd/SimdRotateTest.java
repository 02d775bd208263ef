package io.fluxo.cpu.simd;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.conformance.RotateBitsContract;
import io.fluxo.tensor.DType;

class SimdRotateTest extends RotateBitsContract {

    @Override
    protected Backend open() {
        return new SimdProvider().open(new BackendOptions(DType.F32, 0, 2));
    }
}
