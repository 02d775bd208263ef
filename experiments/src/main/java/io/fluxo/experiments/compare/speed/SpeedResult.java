package io.fluxo.experiments.compare.speed;

import io.fluxo.experiments.bench.peak.Peak;
import java.util.List;

/**
 * How fast backends are.
 *
 * @param load       of the system before it began: threads that had or wanted a core, over the number of cores, a minute's average; NaN where the system does not say
 * @param peak       of this machine with as many threads, measured before and after
 * @param rows       case by case, and within a case backend by backend
 * @param crossovers every backend beside every other
 * @param overheads  of every backend in every type
 */
public record SpeedResult(double load, Peak peak, List<SpeedRow> rows, List<Crossover> crossovers, List<Overhead> overheads) {

    /** Half of the cores: this program's own start is in it, too. */
    private static final double MOST_LOAD = 0.5;

    public SpeedResult {
        rows = List.copyOf(rows);
        crossovers = List.copyOf(crossovers);
        overheads = List.copyOf(overheads);
    }

    static SpeedResult of(double load, Peak peak, List<SpeedRow> rows) {
        return new SpeedResult(load, peak, rows, Crossover.of(rows), Overhead.of(rows));
    }

    /** Whether others used the machine: times are then too long, and what needs a just-in-time compiler is slow for longer than it is warmed up. */
    public boolean isDisturbed() {
        return load > MOST_LOAD;
    }

    /** Whether a backend threw. */
    public boolean hasFailures() {
        return rows.stream().anyMatch(row -> row.outcome() instanceof SpeedOutcome.Failed);
    }
}
