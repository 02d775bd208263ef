package io.fluxo.cpu.ejml;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import java.util.List;

/** Opens {@code ejml}, which runs anywhere, on one thread. */
public final class EjmlProvider implements BackendProvider {

    @Override
    public Availability probe() {
        return new Availability.Available("JVM, one thread, the reference", EjmlBackend.FLOATING, List.of());
    }

    @Override
    public boolean onHeap() {
        return true;
    }

    @Override
    public Backend open(BackendOptions options) {
        if (!EjmlBackend.FLOATING.contains(options.dtype())) {
            throw new BackendUnavailableException("the backend 'ejml' computes in f32 and f64, not in " + options.dtype().label());
        }
        return new EjmlBackend();
    }
}
