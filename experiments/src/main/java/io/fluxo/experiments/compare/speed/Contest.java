package io.fluxo.experiments.compare.speed;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.experiments.compare.speed.Alternation.Turn;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All cases on some backends in one type. First every case runs everywhere for a while, more than once, so that a just-in-time compiler that shares its cores with
 * the work gets through. Only then are cases timed, each on all backends in turn.
 */
final class Contest {

    /** How often each case begins: to warm up, and in the last round to be timed. */
    static final int ROUNDS = 3;

    private final SequencedMap<String, Backend> backends;
    private final DType dtype;
    private final Effort effort;

    /** By backend the last case that ran there, from which the time of the next size is estimated. */
    private final Map<String, Ran> ran = new HashMap<>();

    /** @param backends by name, opened for {@code dtype} */
    Contest(SequencedMap<String, Backend> backends, DType dtype, Effort effort) {
        this.backends = backends;
        this.dtype = dtype;
        this.effort = effort;
    }

    private record Ran(SpeedCase one, double seconds) {}

    /**
     * The rows, case by case; each waits for the machine's peak, which is measured once more afterwards.
     *
     * @param begins told the name of each case as it begins: {@link #ROUNDS} times each
     */
    List<Function<Peak, SpeedRow>> rows(List<SpeedCase> cases, Consumer<String> begins) {
        for (int round = 1; round < ROUNDS; round++) {
            for (SpeedCase one : cases) {
                begins.accept("warm-up: " + one.what());
                backends.keySet().forEach(name -> warmUp(one, name));
            }
        }
        List<Function<Peak, SpeedRow>> rows = new ArrayList<>();
        for (SpeedCase one : cases) {
            begins.accept(one.what());
            rows.addAll(time(one));
        }
        return rows;
    }

    private void warmUp(SpeedCase one, String name) {
        if (tooLong(one, name).isEmpty()) {
            try (Entrant entrant = new Entrant(backends.get(name), one, dtype, effort)) {
                warmUp(one, name, entrant);
            }
        }
    }

    private double warmUp(SpeedCase one, String name, Entrant entrant) {
        double seconds = entrant.warmUp(effort.warmUp());
        if (entrant.trouble().isEmpty()) {
            ran.put(name, new Ran(one, seconds));
        }
        return seconds;
    }

    /** Whether the size before gives reason to expect that {@code one} takes too long. */
    private Optional<SpeedOutcome> tooLong(SpeedCase one, String name) {
        return Optional.ofNullable(ran.get(name)).filter(smaller -> smaller.one.sameKind(one) && smaller.seconds * one.growth(smaller.one, dtype) > effort.longest())
                .map(smaller -> new SpeedOutcome.LeftOut(Text.format("left out for time: about %.2g s a call, after %.2g s at %s", smaller.seconds * one.growth(smaller.one, dtype),
                        smaller.seconds, smaller.one.size())));
    }

    private List<Function<Peak, SpeedRow>> time(SpeedCase one) {
        Map<String, SpeedOutcome> out = new HashMap<>();
        SequencedMap<String, Entrant> entrants = new LinkedHashMap<>();
        try {
            List<Turn> turns = new ArrayList<>();
            backends.forEach((name, backend) -> {
                tooLong(one, name).ifPresentOrElse(left -> out.put(name, left), () -> {
                    Entrant entrant = new Entrant(backend, one, dtype, effort);
                    entrants.put(name, entrant);
                    double seconds = warmUp(one, name, entrant);
                    if (seconds > effort.longest()) {
                        out.put(name, new SpeedOutcome.LeftOut(Text.format("left out for time: %.2g s a call", seconds)));
                    } else {
                        turns.add(entrant.turn(seconds));
                    }
                });
            });
            Alternation.run(turns);
            entrants.forEach((name, entrant) -> entrant.trouble().ifPresent(trouble -> out.put(name, trouble)));
            return backends.keySet().stream().map(name -> row(one, name, Optional.ofNullable(out.get(name)), entrants.get(name))).toList();
        } finally {
            entrants.values().forEach(Entrant::close);
        }
    }

    private Function<Peak, SpeedRow> row(SpeedCase one, String backend, Optional<SpeedOutcome> trouble, Entrant entrant) {
        if (trouble.isPresent()) {
            return _ -> new SpeedRow(one.operation(), one.direction(), one.size(), backend, dtype, trouble.get());
        }
        Samples samples = entrant.samples();
        return peak -> new SpeedRow(one.operation(), one.direction(), one.size(), backend, dtype, new SpeedOutcome.Measured(samples.figures(one, dtype, peak)));
    }
}
