package io.fluxo.plugin;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.MapBinder;
import io.fluxo.backend.BackendProvider;
import io.fluxo.block.Placement;
import io.fluxo.layer.NormFactory;

/**
 * What a jar adds to Fluxo under names of its own: backends, placements, norms. Found by {@link java.util.ServiceLoader}, installed into the
 * program's injector. A plugin overrides {@link #contribute}.
 */
public abstract class FluxoPlugin extends AbstractModule {

    @Override
    protected final void configure() {
        MapBinder.newMapBinder(binder(), String.class, BackendProvider.class);
        MapBinder.newMapBinder(binder(), String.class, Placement.class);
        MapBinder.newMapBinder(binder(), String.class, NormFactory.class);
        contribute();
    }

    /** Calls {@link #backend}, {@link #placement} and {@link #norm} for each thing this plugin brings. */
    protected abstract void contribute();

    /** {@code --backend name}. */
    protected final void backend(String name, BackendProvider provider) {
        MapBinder.newMapBinder(binder(), String.class, BackendProvider.class).addBinding(name).toInstance(provider);
    }

    /** {@code placement: name}. */
    protected final void placement(String name, Placement placement) {
        MapBinder.newMapBinder(binder(), String.class, Placement.class).addBinding(name).toInstance(placement);
    }

    /** {@code norm: name}. */
    protected final void norm(String name, NormFactory norm) {
        MapBinder.newMapBinder(binder(), String.class, NormFactory.class).addBinding(name).toInstance(norm);
    }
}
