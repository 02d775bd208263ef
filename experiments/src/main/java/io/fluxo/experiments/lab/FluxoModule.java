package io.fluxo.experiments.lab;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.Backends;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.plugin.Catalog;
import java.nio.file.Path;
import java.util.Optional;

/** Wires the program: what is installed is found once, and injected into whatever needs it. The one place that knows an injector. */
final class FluxoModule extends AbstractModule {

    private final Optional<Path> folder;

    /** @param folder jars of plugins besides those on the class path */
    FluxoModule(Optional<Path> folder) {
        this.folder = folder;
    }

    @Override
    protected void configure() {
        bind(Workbench.class).to(Laboratory.class);
    }

    @Provides
    @Singleton
    Plugins plugins() {
        return Plugins.find(folder);
    }

    @Provides
    @Singleton
    Catalog catalog(Plugins plugins) {
        return plugins.catalog();
    }

    @Provides
    @Singleton
    Backends backends(Catalog catalog) {
        return new Backends(catalog.all(BackendProvider.KIND));
    }

    @Provides
    @Singleton
    StudyLibrary studies(Catalog catalog) {
        return StudyLibrary.of(catalog);
    }

    @Provides
    Blame blame(Plugins plugins) {
        return plugins.blame();
    }
}
