package io.fluxo.property;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.layer.network.FeedForward;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelDims;
import io.fluxo.property.junit.VerifiedLayer;

class FeedForwardVerifiedTest implements VerifiedLayer {

    @Override
    public Layer layer(ModelDims dims) {
        return new FeedForward("mlp", dims.dModel(), dims.dMlp(), Pass::gelu, true, Initializer.xavierNormal(), 0);
    }

    @Override
    public Backend backend() {
        return new SimdProvider().open(BackendOptions.DEFAULT);
    }
}
