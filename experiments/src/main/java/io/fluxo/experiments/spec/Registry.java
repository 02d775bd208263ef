package io.fluxo.experiments.spec;

import java.util.Set;
import java.util.TreeSet;

/** Names that are open to extension, as registered in this run: what {@code placement} and {@code norm} may be. */
public record Registry(Set<String> placements, Set<String> norms) {

    public Registry {
        placements = java.util.Collections.unmodifiableSet(new TreeSet<>(placements));
        norms = java.util.Collections.unmodifiableSet(new TreeSet<>(norms));
    }
}
