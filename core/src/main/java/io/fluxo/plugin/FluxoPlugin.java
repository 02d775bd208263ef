package io.fluxo.plugin;

/**
 * What brings parts to Fluxo: the project's own modules, and any jar. Found by {@link java.util.ServiceLoader}: its class is named in
 * {@code META-INF/services/io.fluxo.plugin.FluxoPlugin}, and has a public constructor without parameters.
 */
public interface FluxoPlugin {

    /** Calls {@link Contributions#add} for each part. */
    void contribute(Contributions to);
}
