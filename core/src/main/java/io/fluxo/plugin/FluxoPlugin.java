package io.fluxo.plugin;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.MapBinder;
import io.fluxo.backend.BackendProvider;
import io.fluxo.block.Placement;
import io.fluxo.layer.NormFactory;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * What a jar adds to Fluxo under names of its own: backends, placements, norms. Found by {@link java.util.ServiceLoader}, installed into the
 * program's injector. A plugin overrides {@link #contribute}.
 */
public abstract class FluxoPlugin extends AbstractModule {

    private final List<String> brings = new ArrayList<>();

    @Override
    protected final void configure() {
        brings.clear();
        MapBinder.newMapBinder(binder(), String.class, BackendProvider.class);
        MapBinder.newMapBinder(binder(), String.class, Placement.class);
        MapBinder.newMapBinder(binder(), String.class, NormFactory.class);
        contribute();
    }

    /** Calls {@link #backend}, {@link #placement} and {@link #norm} for each thing this plugin brings. */
    protected abstract void contribute();

    /** What it has contributed: {@code placement 'example-parallel'}. Empty until it is installed. */
    public final List<String> brings() {
        return List.copyOf(brings);
    }

    /** How {@link #brings} calls a part. */
    public static String called(String what, String name) {
        return Text.format("%s '%s'", what, name);
    }

    /** {@code --backend name}. */
    protected final void backend(String name, BackendProvider provider) {
        bring("backend", BackendProvider.class, name, provider);
    }

    /** {@code placement: name}. */
    protected final void placement(String name, Placement placement) {
        bring("placement", Placement.class, name, placement);
    }

    /** {@code norm: name}. */
    protected final void norm(String name, NormFactory norm) {
        bring("norm", NormFactory.class, name, norm);
    }

    private <T> void bring(String what, Class<T> kind, String name, T part) {
        if (name == null || name.isBlank() || part == null) {
            throw new IllegalArgumentException(Text.format("a %s needs a name and may not be null; here are the name %s and the %s %s", what, name, what, part));
        }
        brings.add(called(what, name));
        MapBinder.newMapBinder(binder(), String.class, kind).addBinding(name).toInstance(part);
    }
}
