package io.fluxo.backend;

import io.fluxo.setting.PartKind;

/** Knows a backend without opening it. */
public interface BackendProvider {

    /** {@code --backend NAME}. */
    PartKind<BackendProvider> KIND = new PartKind<>("backend", BackendProvider.class);

    /** Whether the backend can run here. Never throws, and loads no native library that it can do without. */
    Availability probe();

    /** Whether its tensors are Java arrays, so that they have to fit into the JVM's heap. */
    default boolean onHeap() {
        return false;
    }

    /** Whether it rounds the factors of float32 products to a shorter type, so that results cannot be held to the rounding of float32. */
    default boolean roundsFactors() {
        return false;
    }

    /**
     * Opens the backend.
     *
     * @throws BackendUnavailableException where it cannot run, or not with these options; the message says what would be right
     */
    Backend open(BackendOptions options);
}
