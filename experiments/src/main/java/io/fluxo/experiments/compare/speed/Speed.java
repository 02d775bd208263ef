package io.fluxo.experiments.compare.speed;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.Backends;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.plugin.Catalog;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Times operations and training steps on several backends in turn, beside the machine's own peak. */
public final class Speed {

    private final Backends installed;
    private final List<SpeedCase> cases;
    private final Effort effort;
    private final IntFunction<Peak> peaks;

    /** @param catalog the parts of which the models are built */
    public Speed(Backends installed, Catalog catalog) {
        this(installed, SpeedCases.all(catalog), Effort.DEFAULT, Peak::measured);
    }

    /** @param peaks measures the machine with so many threads */
    Speed(Backends installed, List<SpeedCase> cases, Effort effort, IntFunction<Peak> peaks) {
        this.installed = installed;
        this.cases = cases;
        this.effort = effort;
        this.peaks = peaks;
    }

    /**
     * Times {@code backends} and {@code reference} in each of {@code types} that one of {@code backends} computes in; a backend that does not compute in a type
     * has no rows in it. Takes about 20 seconds a backend and type.
     *
     * @param threads that each backend may use, and that the peak is measured with
     * @throws BackendUnavailable                              if one of them cannot run here
     * @throws io.fluxo.backend.BackendUnavailableException if one of them cannot be opened
     * @throws BadInput                                        if a name is unknown, or none of {@code backends} computes in any of {@code types}
     */
    public SpeedResult compare(List<String> backends, String reference, List<DType> types, int threads, SpeedProgress progress) {
        SequencedSet<String> names = new LinkedHashSet<>(backends);
        names.add(reference);
        SequencedMap<String, Set<DType>> computes = new LinkedHashMap<>();
        names.forEach(name -> computes.put(name, dtypes(name)));
        List<DType> timed = types.stream().distinct().filter(dtype -> backends.stream().anyMatch(name -> computes.get(name).contains(dtype))).toList();
        if (timed.isEmpty()) {
            throw new BadInput(Text.format("%s: no speed to compare in %s", String.join(", ", backends), types.stream().map(DType::label).collect(Collectors.joining(", "))));
        }
        Told told = new Told(progress, 2 + timed.size() * Contest.ROUNDS * cases.size());
        double load = load();
        told.accept("the machine's peak");
        Peak before = peaks.apply(threads);
        List<Function<Peak, SpeedRow>> rows = new ArrayList<>();
        for (DType dtype : timed) {
            rows.addAll(rows(computes.keySet().stream().filter(name -> computes.get(name).contains(dtype)).toList(), dtype, threads, told));
        }
        told.accept("the machine's peak, again");
        Peak peak = before.orBetter(peaks.apply(threads));
        return SpeedResult.of(load, peak, rows.stream().map(row -> row.apply(peak)).toList());
    }

    private static double load() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system.getSystemLoadAverage() < 0 ? Double.NaN : system.getSystemLoadAverage() / system.getAvailableProcessors();
    }

    private Set<DType> dtypes(String name) {
        return switch (installed.probe(name).orElseThrow(() -> new BadInput(BadInput.legal("no backend named", name, installed.providers().keySet())))) {
            case Availability.Available available -> available.dtypes();
            case Availability.Unavailable(String reason) -> throw new BackendUnavailable(name + ": " + reason);
        };
    }

    private List<Function<Peak, SpeedRow>> rows(List<String> names, DType dtype, int threads, Consumer<String> begins) {
        SequencedMap<String, Backend> opened = new LinkedHashMap<>();
        try {
            names.forEach(name -> opened.put(name, installed.open(name, new BackendOptions(dtype, 0, threads))));
            return new Contest(opened, dtype, effort).rows(cases, begins);
        } finally {
            opened.values().forEach(Backend::close);
        }
    }

    /** Counts what begins. */
    private static final class Told implements Consumer<String> {

        private final SpeedProgress progress;
        private final double all;
        private int begun;

        private Told(SpeedProgress progress, int all) {
            this.progress = progress;
            this.all = all;
        }

        @Override
        public void accept(String what) {
            progress.at(what, begun++ / all);
        }
    }
}
