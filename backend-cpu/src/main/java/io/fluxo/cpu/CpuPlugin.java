package io.fluxo.cpu;

import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.plugin.FluxoPlugin;

/** The CPU's backends: {@code simd}, the fast one, and {@code ejml}, the reference. */
public final class CpuPlugin extends FluxoPlugin {

    @Override
    protected void contribute() {
        backend("simd", new SimdProvider());
        backend("ejml", new EjmlProvider());
    }
}
