package io.fluxo.experiments.bench;

import io.fluxo.backend.ObservedBackend.Observation;
import io.fluxo.experiments.bench.peak.Peak;
import java.util.List;

/**
 * Where a step's time went.
 *
 * @param step       the step as a whole, timed while it was observed
 * @param operations over all of the step's runs, the most expensive first
 * @param peak       of this machine, measured just before
 */
public record Profile(Timing step, List<Observation> operations, Peak peak) {

    /** Time in no operation, as a share of the step: the tape, dispatch, batches. */
    public double elsewhere() {
        double inside = operations.stream().mapToLong(Observation::nanos).sum() / 1e6;
        return Math.max(0, 1 - inside / step.total());
    }
}
