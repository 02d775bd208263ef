package io.fluxo.property;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.property.junit.VerifiedBlock;
import io.fluxo.tensor.DType;

class PreNormVerifiedTest implements VerifiedBlock {

    @Override
    public Placement placement() {
        return Placement.of(PreNormBlock::new, true);
    }

    @Override
    public Backend backend() {
        return new EjmlProvider().open(new BackendOptions(dtype(), 0, 1));
    }

    @Override
    public DType dtype() {
        return DType.F64;
    }
}
