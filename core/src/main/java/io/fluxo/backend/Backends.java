package io.fluxo.backend;

import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The backends that are installed, by name. There is no fallback: asking for one that cannot run is an error that lists all of them.
 *
 * @param providers name → provider
 */
public record Backends(SortedMap<String, BackendProvider> providers) {

    public Backends(Map<String, BackendProvider> providers) {
        this(new TreeMap<>(providers));
    }

    /** Each backend and whether it can run. */
    public SortedMap<String, Availability> probe() {
        SortedMap<String, Availability> found = new TreeMap<>();
        providers.forEach((name, provider) -> found.put(name, probe(provider)));
        return found;
    }

    /** The answer of {@code provider}. One that throws although it promised not to, or returns null, belongs to a backend that cannot run. */
    private static Availability probe(BackendProvider provider) {
        try {
            Availability said = provider.probe();
            return said != null ? said : new Availability.Unavailable(Text.format("%s returned null from probe()", Origin.of(provider.getClass())));
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the provider
        } catch (RuntimeException | Error thrown) {
            return new Availability.Unavailable(Text.format("%s threw from probe(): %s", Origin.of(provider.getClass()), thrown));
        }
    }

    /** Whether the backend called {@code name} can run here; empty where there is none of that name. */
    public Optional<Availability> probe(String name) {
        return Optional.ofNullable(providers.get(name)).map(Backends::probe);
    }

    /** Whether there is a backend called {@code name} whose results cannot be held to the rounding of float32. */
    public boolean roundsFactors(String name) {
        return providers.containsKey(name) && providers.get(name).roundsFactors();
    }

    /**
     * Opens the backend called {@code name}.
     *
     * @throws BackendUnavailableException where there is none of that name, or it cannot run
     */
    public Backend open(String name, BackendOptions options) {
        BackendProvider provider = providers.get(name);
        if (provider == null) {
            throw new BackendUnavailableException(Text.format("there is no backend '%s'%n%s", name, overview()));
        }
        if (probe(provider) instanceof Availability.Unavailable(String reason)) {
            throw new BackendUnavailableException(Text.format("the backend '%s' cannot run: %s%n%s", name, reason, overview()));
        }
        return open(name, provider, options);
    }

    private static Backend open(String name, BackendProvider provider, BackendOptions options) {
        try {
            Backend opened = provider.open(options);
            if (opened == null) {
                throw new BackendUnavailableException(Text.format("the backend '%s' cannot run: %s returned null from open()", name,
                        Origin.of(provider.getClass())));
            }
            return opened;
        } catch (BackendUnavailableException | OutOfMemoryError itself) {
            throw itself;
        } catch (RuntimeException | Error thrown) {
            throw new BackendUnavailableException(Text.format("the backend '%s' cannot run: %s threw from open(): %s", name, Origin.of(provider.getClass()),
                    thrown), thrown);
        }
    }

    private String overview() {
        return probe().entrySet().stream().map(entry -> Text.format("  %-11s %s", entry.getKey(), switch (entry.getValue()) {
            case Availability.Available available -> "available: " + available.device();
            case Availability.Unavailable unavailable -> "not available: " + unavailable.reason();
        })).collect(Collectors.joining("\n"));
    }
}
