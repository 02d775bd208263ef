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
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Times a case, alone or in turn with peers: one repetition each, as often as asked, so that a drifting machine drifts for all. */
public final class Bench {

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
     * @param peer      who was timed: {@code fluxo-simd}, {@code torch-2.13.0+cpu}
     * @param gflops    where it is known what a step's products are; empty for training
     * @param peakBytes of a peer's device memory
     */
    public record Line(String peer, Timing timing, BenchCase spec, Optional<Double> gflops, OptionalLong peakBytes) {}

    /**
     * PyTorch as it is to be timed beside Fluxo.
     *
     * @param python   an interpreter that has torch
     * @param device   cpu, cuda, or cuda-tf32: a GPU that rounds the factors of float32 products to TF32
     * @param compiled whether models run through torch.compile: each of these is a peer
     */
    public record Peers(String python, String device, List<Boolean> compiled) {

        public Peers {
            compiled = List.copyOf(compiled);
        }

        private Stream<Peer.Who> all() {
            return compiled.stream().map(compile -> new Peer.Who(python, device, compile));
        }
    }

    /** @param each receives every line as it is measured */
    public List<Line> alone(Consumer<Line> each) {
        try (Backend backend = backends.get()) {
            List<Line> lines = new ArrayList<>();
            workload(backend).forEach((step, body) -> {
                Line line = line("fluxo-" + backend.name(), Timing.inRuns(step, spec.seconds(), body), OptionalLong.empty());
                each.accept(line);
                lines.add(line);
            });
            return lines;
        }
    }

    /**
     * Fluxo and PyTorch in turn.
     *
     * @param repetitions of each side, after a warm-up
     * @return each step's summary: Fluxo's, then the peers'
     */
    public Map<String, List<Line>> beside(Peers peers, int repetitions, Consumer<Line> each) {
        Map<String, Map<String, List<Line>>> found = new LinkedHashMap<>();
        Consumer<Line> measured = line -> {
            each.accept(line);
            found.computeIfAbsent(line.timing().step(), _ -> new LinkedHashMap<>()).computeIfAbsent(line.peer(), _ -> new ArrayList<>()).add(line);
        };
        List<Peer> others = new ArrayList<>();
        try (Backend backend = backends.get()) {
            Map<String, Repeatable> steps = workload(backend);
            for (int i = 0; i < repetitions; i++) {
                steps.forEach((step, body) -> measured.accept(line("fluxo-" + backend.name(), Timing.inRuns(step, spec.seconds(), body), OptionalLong.empty())));
                if (others.isEmpty()) {
                    peers.all().forEach(who -> others.add(Peer.start(who, spec)));
                }
                for (Peer other : others) {
                    other.round().forEach(row -> measured.accept(line(row.peer(), row.timing(), row.peakBytes())));
                }
            }
        } finally {
            others.forEach(Peer::close);
        }
        Map<String, List<Line>> summary = new LinkedHashMap<>();
        found.forEach((step, byPeer) -> summary.put(step, byPeer.values().stream().map(this::summary).toList()));
        return summary;
    }

    private Line summary(List<Line> lines) {
        return line(lines.getFirst().peer(), Timing.summary(lines.stream().map(Line::timing).toList()), lines.getLast().peakBytes());
    }

    /** A step's time, operation by operation, against what the machine can do. */
    public Map<String, Profile> profile() {
        Peak peak = Peak.measured(spec.threads());
        Map<String, Profile> profiles = new LinkedHashMap<>();
        try (Backend backend = backends.get()) {
            workload(backend); // the compiler's warm-up
            Workload.of(spec, backend, catalog).keySet().forEach(step -> {
                ObservedBackend observed = new ObservedBackend(backend);
                Repeatable body = Workload.of(spec, observed, catalog).get(step);
                Timing.of(step, Math.min(1, spec.seconds()), body);
                observed.clear();
                profiles.put(step, new Profile(Timing.of(step, spec.seconds(), body), observed.observations(), peak));
            });
        }
        return profiles;
    }

    /** The steps, warmed up. */
    private Map<String, Repeatable> workload(Backend backend) {
        Map<String, Repeatable> steps = Workload.of(spec, backend, catalog);
        steps.forEach((step, body) -> Timing.of(step, spec.warmUp(), body));
        return steps;
    }

    private Line line(String peer, Timing timing, OptionalLong peakBytes) {
        Optional<Double> flops = switch (spec.what()) {
            case TRAIN -> Optional.empty();
            case BLOCK -> Optional.of(spec.forwardFlops() * (timing.step().equals("forward") ? 1 : 3));
            case MODEL -> Optional.of(spec.modelFlops());
            case KERNELS, MATMUL, ATTENTION -> Kernels.flops(spec, timing.step());
        };
        return new Line(peer, timing, spec, flops.map(of -> of / timing.median() / 1e6), peakBytes);
    }
}
