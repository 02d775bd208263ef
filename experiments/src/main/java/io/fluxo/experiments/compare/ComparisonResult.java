package io.fluxo.experiments.compare;

import io.fluxo.experiments.compare.drift.DriftResult;
import io.fluxo.experiments.compare.onnx.OnnxOutcome;
import io.fluxo.experiments.compare.ops.Certificate;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.speed.SpeedResult;
import io.fluxo.experiments.compare.waiver.Waivers;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * What a run of {@code compare} found.
 *
 * @param rows        in the order in which they were compared
 * @param certificate how small a fault would have been found
 * @param drift       how fast backends part, one for each that was compared
 * @param speed       empty where it was not asked for
 * @param onnx        what came of the ONNX standard's tests; empty where they were not asked for
 */
public record ComparisonResult(List<CompareRow> rows, List<Certificate.Line> certificate, List<DriftResult> drift, Optional<SpeedResult> speed, List<OnnxRow> onnx) {

    /** Rows alone. */
    static ComparisonResult of(List<CompareRow> rows) {
        return new ComparisonResult(rows, List.of(), List.of(), Optional.empty(), List.of());
    }

    public ComparisonResult {
        rows = List.copyOf(rows);
        certificate = List.copyOf(certificate);
        drift = List.copyOf(drift);
        onnx = List.copyOf(onnx);
    }

    /** A test of the ONNX standard on a backend. */
    public record OnnxRow(String backend, OnnxOutcome outcome) {}

    /** The same with known differences marked. */
    public ComparisonResult knowing(Waivers known, LocalDate today) {
        return new ComparisonResult(known.applied(rows, today), certificate, drift, speed, onnx);
    }

    public boolean hasBugs() {
        return rows.stream().anyMatch(row -> row.verdict() == CompareVerdict.BUG) || onnx.stream().anyMatch(row -> row.outcome().verdict() == OnnxOutcome.Verdict.FAIL)
                || speed.filter(SpeedResult::hasFailures).isPresent();
    }
}
