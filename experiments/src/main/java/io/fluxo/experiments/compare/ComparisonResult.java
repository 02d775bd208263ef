package io.fluxo.experiments.compare;

import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.ops.Certificate;
import java.util.List;

/**
 * What a run of {@code compare} found.
 *
 * @param rows        in the order in which they were compared
 * @param certificate how small a fault would have been found
 */
public record ComparisonResult(List<CompareRow> rows, List<Certificate.Line> certificate) {

    public ComparisonResult {
        rows = List.copyOf(rows);
        certificate = List.copyOf(certificate);
    }

    public boolean hasBugs() {
        return rows.stream().anyMatch(row -> row.verdict() == CompareVerdict.BUG);
    }
}
