package io.fluxo.cpu;

import io.fluxo.backend.BackendProvider;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** The CPU's backends: {@code simd}, the fast one, and {@code ejml}, the reference. */
public final class CpuPlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        to.add(BackendProvider.KIND, "simd", new SimdProvider());
        to.add(BackendProvider.KIND, "ejml", new EjmlProvider());
    }
}
