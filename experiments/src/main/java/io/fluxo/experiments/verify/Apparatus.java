package io.fluxo.experiments.verify;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.backend.Backends;
import io.fluxo.plugin.Catalog;
import io.fluxo.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/** What one worker checks claims with: backends, opened when first asked for; how many cases to try, and from which seed. */
public final class Apparatus implements AutoCloseable {

    /** Gradients and finite differences need float64. */
    /** Where exact algebra is examined. */
    public static final Setup REFERENCE = new Setup("ejml", DType.F64);

    /** Where means over many draws are measured, which no rounding changes. */
    public static final Setup QUICK = new Setup("simd", DType.F32);


    private final Backends backends;
    private final Catalog catalog;
    private final Options options;
    private final Map<Setup, Backend> open;
    private final Map<Setup, String> refused;
    private final DoubleConsumer told;

    /** @param catalog the parts that claims examine */
    public Apparatus(Backends backends, Catalog catalog, Options options) {
        this(backends, catalog, options, new LinkedHashMap<>(), new LinkedHashMap<>(), _ -> {});
    }

    private Apparatus(Backends backends, Catalog catalog, Options options, Map<Setup, Backend> open, Map<Setup, String> refused, DoubleConsumer told) {
        this.backends = backends;
        this.catalog = catalog;
        this.options = options;
        this.open = open;
        this.refused = refused;
        this.told = told;
    }

    /** The same backends and options with other parts. It is closed with this one. */
    public Apparatus with(Catalog other) {
        return new Apparatus(backends, other, options, open, refused, told);
    }

    /** The same for one check, of which {@code listener} is told how far it is. It is closed with this one. */
    Apparatus telling(DoubleConsumer listener) {
        return new Apparatus(backends, catalog, options, open, refused, listener);
    }

    /** Tells whoever waits which share of the check is done, from 0 to 1. Only long checks need to. */
    public void done(double share) {
        told.accept(share);
    }

    /** The parts that claims examine. */
    public Catalog catalog() {
        return catalog;
    }

    /** A backend and what it computes in. */
    public record Setup(String backend, DType dtype) {
        @Override
        public String toString() {
            return backend + " " + dtype.label();
        }
    }

    /**
     * What the user chose.
     *
     * @param chosen where claims are measured
     * @param device number of the device
     * @param seed   of the first case
     * @param trials cases of each for-all claim
     * @param runs   where the runs of studies lie
     * @param corpus a text that language models are trained on; empty where none was given
     */
    public record Options(Setup chosen, int device, long seed, int trials, Path runs, Optional<Path> corpus) {}

    public Options options() {
        return options;
    }

    public long seed() {
        return options.seed();
    }

    public Path runs() {
        return options.runs();
    }

    /** The text that language models are trained on, where one was given. */
    public Optional<Path> corpus() {
        return options.corpus();
    }

    public int trials() {
        return options.trials();
    }

    public DType dtype() {
        return options.chosen().dtype();
    }

    /** The backend that claims are measured on. */
    public Backend backend() {
        return backend(options.chosen());
    }

    /** The float64 reference. */
    public Backend reference() {
        return backend(REFERENCE);
    }

    public Backend backend(Setup setup) {
        int device = setup.equals(options.chosen()) ? options.device() : 0;
        return open.computeIfAbsent(setup, key -> backends.open(key.backend(), new BackendOptions(key.dtype(), device, 1)));
    }

    /** Every backend that runs here, in each of float32 and float64 that it computes in; opened, since some only say that they can run. */
    public List<Setup> everyBackend() {
        return offered().stream().filter(this::opens).toList();
    }

    private boolean opens(Setup setup) {
        try {
            backend(setup);
            return true;
        } catch (BackendUnavailableException unavailable) {
            refused.put(setup, unavailable.getMessage());
            return false;
        }
    }

    /** The backends that said they can run and then could not be opened, among those that were asked for, each with the reason. */
    public Map<Setup, String> refused() {
        return Collections.unmodifiableMap(refused);
    }

    /** Every backend that says it can run here, in each of float32 and float64 that it computes in. */
    public List<Setup> offered() {
        List<Setup> setups = new ArrayList<>();
        backends.probe().forEach((name, availability) -> {
            if (availability instanceof Availability.Available available) {
                available.dtypes().stream().filter(dtype -> dtype == DType.F32 || dtype == DType.F64).sorted()
                        .forEach(dtype -> setups.add(new Setup(name, dtype)));
            }
        });
        return setups;
    }

    @Override
    public void close() {
        open.values().forEach(Backend::close);
        open.clear();
    }
}
