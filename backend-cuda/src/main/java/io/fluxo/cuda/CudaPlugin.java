package io.fluxo.cuda;

import io.fluxo.plugin.FluxoPlugin;

/** Backends for accelerators: {@code nd4j}. */
public final class CudaPlugin extends FluxoPlugin {

    @Override
    protected void contribute() {
        backend("nd4j", new Nd4jProvider());
    }
}
