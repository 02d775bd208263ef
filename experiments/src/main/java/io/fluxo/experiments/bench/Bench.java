package io.fluxo.experiments.bench;

import io.fluxo.backend.Backend;
import io.fluxo.backend.ObservedBackend;
import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.plugin.Catalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Times a case, alone or in turn with a peer: one repetition each, as often as asked, so that a drifting machine drifts for both. */
public final class Bench {

    private static final double WARM_UP = 15;

    private final BenchCase spec;
    private final Supplier<Backend> backends;
    private final Catalog catalog;

    public Bench(BenchCase spec, Supplier<Backend> backends, Catalog catalog) {
        this.spec = spec;
        this.backends = backends;
        this.catalog = catalog;
    }

    /**
     * One line of results.
     *
     * @param peer   who was timed: {@code fluxo-simd}, {@code torch-2.13.0+cpu}
     * @param gflops of a block's passes; empty for training
     */
    public record Line(String peer, Timing timing, BenchCase spec, Optional<Double> gflops) {}

    /** @param each receives every line as it is measured */
    public List<Line> alone(Consumer<Line> each) {
        try (Backend backend = backends.get()) {
            List<Line> lines = new ArrayList<>();
            workload(backend).forEach((step, body) -> {
                Line line = line("fluxo-" + backend.name(), Timing.of(step, spec.seconds(), body));
                each.accept(line);
                lines.add(line);
            });
            return lines;
        }
    }

    /**
     * Fluxo and PyTorch in turn.
     *
     * @param python      an interpreter that has torch
     * @param repetitions of each side, after a warm-up
     * @return each step's summary: Fluxo's, then the peer's
     */
    public Map<String, List<Line>> beside(String python, boolean compile, int repetitions, Consumer<Line> each) throws InterruptedException {
        Peer peer = new Peer(python, compile);
        Map<String, List<Timing>> own = new LinkedHashMap<>();
        Map<String, List<Timing>> others = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        String name;
        try (Backend backend = backends.get()) {
            name = "fluxo-" + backend.name();
            Map<String, Runnable> steps = workload(backend);
            for (int i = 0; i < repetitions; i++) {
                steps.forEach((step, body) -> {
                    Timing timing = Timing.of(step, spec.seconds(), body);
                    each.accept(line(name, timing));
                    own.computeIfAbsent(step, key -> new ArrayList<>()).add(timing);
                });
                for (Peer.Row row : peer.run(spec)) {
                    each.accept(line(row.peer(), row.timing()));
                    others.computeIfAbsent(row.timing().step(), key -> new ArrayList<>()).add(row.timing());
                    names.put(row.timing().step(), row.peer());
                }
            }
        }
        Map<String, List<Line>> summary = new LinkedHashMap<>();
        for (Map.Entry<String, List<Timing>> entry : own.entrySet()) {
            String step = entry.getKey();
            summary.put(step, List.of(line(name, Timing.summary(entry.getValue())), line(names.get(step), Timing.summary(others.get(step)))));
        }
        return summary;
    }

    /** A step's time, operation by operation, against what the machine can do. */
    public Map<String, Profile> profile() {
        Peak peak = Peak.measured(spec.threads());
        Map<String, Profile> profiles = new LinkedHashMap<>();
        try (Backend backend = backends.get()) {
            workload(backend); // the compiler's warm-up
            Workload.of(spec, backend, catalog).keySet().forEach(step -> {
                ObservedBackend observed = new ObservedBackend(backend);
                Runnable body = Workload.of(spec, observed, catalog).get(step);
                Timing.of(step, Math.min(1, spec.seconds()), body);
                observed.clear();
                profiles.put(step, new Profile(Timing.of(step, spec.seconds(), body), observed.observations(), peak));
            });
        }
        return profiles;
    }

    /** The steps, warmed up: a just-in-time compiler that shares two cores with the work needs this long for the largest kernels. */
    private Map<String, Runnable> workload(Backend backend) {
        Map<String, Runnable> steps = Workload.of(spec, backend, catalog);
        steps.forEach((step, body) -> Timing.of(step, Math.max(WARM_UP, spec.seconds()), body));
        return steps;
    }

    private Line line(String peer, Timing timing) {
        Optional<Double> gflops = switch (spec.what()) {
            case TRAIN -> Optional.empty();
            case BLOCK -> Optional.of(spec.forwardFlops() * (timing.step().equals("forward") ? 1 : 3) / timing.median() / 1e6);
            case KERNELS -> Kernels.flops(timing.step()).map(flops -> flops / timing.median() / 1e6);
        };
        return new Line(peer, timing, spec, gflops);
    }
}
