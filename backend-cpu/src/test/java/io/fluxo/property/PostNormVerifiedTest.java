package io.fluxo.property;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.property.junit.VerifiedBlock;

class PostNormVerifiedTest implements VerifiedBlock {

    @Override
    public Placement placement() {
        return Placement.of(PostNormBlock::new, false);
    }

    @Override
    public Backend backend() {
        return new SimdProvider().open(BackendOptions.DEFAULT);
    }
}
