package io.fluxo.experiments.compare.speed;

import io.fluxo.experiments.bench.peak.Peak;
import java.util.List;

/**
 * How fast backends are.
 *
 * @param peak       of this machine with as many threads, measured before and after
 * @param rows       case by case, and within a case backend by backend
 * @param crossovers every backend beside every other
 * @param overheads  of every backend in every type
 */
public record SpeedResult(Peak peak, List<SpeedRow> rows, List<Crossover> crossovers, List<Overhead> overheads) {

    public SpeedResult {
        rows = List.copyOf(rows);
        crossovers = List.copyOf(crossovers);
        overheads = List.copyOf(overheads);
    }

    static SpeedResult of(Peak peak, List<SpeedRow> rows) {
        return new SpeedResult(peak, rows, Crossover.of(rows), Overhead.of(rows));
    }

    /** Whether a backend threw. */
    public boolean hasFailures() {
        return rows.stream().anyMatch(row -> row.outcome() instanceof SpeedOutcome.Failed);
    }
}
