package io.fluxo.experiments.cli;

import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.ComparisonResult;
import io.fluxo.experiments.compare.onnx.OnnxOutcome;
import io.fluxo.experiments.compare.ops.CertificateTable;
import io.fluxo.setting.Values;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The result of {@code compare} for standard output: a line for each operation, the bugs in full, and how small a fault would have been found. */
final class CompareText {

    /** Bugs that are shown in full. */
    private static final int MOST_BUGS = 20;

    private CompareText() {}

    static String of(ComparisonResult result, int columns) {
        if (!result.onnx().isEmpty()) {
            return onnx(result, columns);
        }
        return table(result, columns) + invariants(result) + drift(result) + result.speed().map(speed -> SpeedText.of(speed, columns)).orElse("") + bugs(result) + waived(result)
                + unsupported(result) + certificate(result, columns) + verdict(result);
    }

    private static String onnx(ComparisonResult result, int columns) {
        Map<String, List<OnnxOutcome>> byBackend = new LinkedHashMap<>();
        result.onnx().forEach(row -> byBackend.computeIfAbsent(row.backend(), _ -> new ArrayList<>()).add(row.outcome()));
        TextTable table = new TextTable("ONNX tests on", "pass", "fail", "unsupported");
        byBackend.forEach((backend, outcomes) -> table.row(backend, count(outcomes, OnnxOutcome.Verdict.PASS), count(outcomes, OnnxOutcome.Verdict.FAIL),
                count(outcomes, OnnxOutcome.Verdict.UNSUPPORTED)));
        StringBuilder text = new StringBuilder(table.within(columns));
        byBackend.forEach((backend, outcomes) -> outcomes.stream().filter(outcome -> outcome.verdict() != OnnxOutcome.Verdict.PASS)
                .forEach(outcome -> text.append(Text.format("%s on %s: %s: %s%n", Values.label(outcome.verdict()), backend, outcome.name(), outcome.reason()))));
        return text.toString();
    }

    private static String count(List<OnnxOutcome> outcomes, OnnxOutcome.Verdict verdict) {
        return Long.toString(outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count());
    }

    private static String table(ComparisonResult result, int columns) {
        Map<List<String>, List<CompareRow>> operations = new LinkedHashMap<>();
        result.rows().stream().filter(row -> !isInvariant(row)).forEach(row -> operations.computeIfAbsent(List.of(direction(row), row.backend(), row.dtype().label()), _ -> new ArrayList<>()).add(row));
        TextTable table = new TextTable("operation", "backend", "type", "cases", "largest error / allowed", "of the bound, median", "condition", "verdict");
        operations.forEach((key, rows) -> {
            List<CompareRow.Figures> figures = rows.stream().flatMap(row -> row.figures().stream()).toList();
            table.row(key.get(0), key.get(1), key.get(2), Integer.toString(rows.size()), number(figures.stream().mapToDouble(CompareRow.Figures::ratio).max().orElse(Double.NaN)),
                    number(median(figures.stream().map(CompareRow.Figures::tightness).toList())), number(median(figures.stream().map(CompareRow.Figures::condition).toList())),
                    verdict(rows));
        });
        return operations.isEmpty() ? "" : table.within(columns);
    }

    /** {@code softmax/forward}. */
    private static String direction(CompareRow row) {
        return row.what().split("/")[0] + "/" + row.what().split("/")[1];
    }

    private static String verdict(List<CompareRow> rows) {
        return rows.stream().collect(Collectors.groupingBy(CompareRow::verdict, Collectors.counting())).entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() == CompareVerdict.NOISE ? "noise" : Text.format("%d %s", entry.getValue(), Values.label(entry.getKey())))
                .collect(Collectors.joining(", "));
    }

    private static double median(List<Double> values) {
        return values.isEmpty() ? Double.NaN : values.stream().sorted().toList().get(values.size() / 2);
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : value == 0 ? "0" : Text.format("%.2g", value);
    }

    private static String bugs(ComparisonResult result) {
        List<CompareRow> bugs = result.rows().stream().filter(row -> row.verdict() == CompareVerdict.BUG).toList();
        StringBuilder text = new StringBuilder();
        bugs.stream().limit(MOST_BUGS).forEach(row -> text.append(Text.format("%nbug: %s on %s %s%n  %s%n", row.what(), row.backend(), row.dtype().label(), row.note())
                + (row.replay().isEmpty() ? "" : Text.format("  again: %s compare --replay %s%n", Launcher.command(), Launcher.quoted(row.replay())))
                + row.figures().map(figures -> Text.format("  error / allowed %s; derived bound %s, envelope %s%n", number(figures.ratio()), number(figures.bound()), number(figures.envelope())))
                        .orElse("")));
        return text + (bugs.size() > MOST_BUGS ? Text.format("… and %d more; --json has all%n", bugs.size() - MOST_BUGS) : "");
    }

    private static String invariants(ComparisonResult result) {
        List<CompareRow> rows = result.rows().stream().filter(CompareText::isInvariant).toList();
        return rows.isEmpty() ? "" : rows.stream().map(row -> Text.format("%s %s, %s: %s%n", row.backend(), row.dtype().label(), row.what().substring(row.what().lastIndexOf('/') + 1), row.note()))
                .collect(Collectors.joining("", System.lineSeparator(), ""));
    }

    private static String drift(ComparisonResult result) {
        return result.drift().stream().map(one -> System.lineSeparator() + "drift: " + one.text().strip().replace(System.lineSeparator(), System.lineSeparator() + "drift: ") + System.lineSeparator())
                .collect(Collectors.joining());
    }

    private static boolean isInvariant(CompareRow row) {
        return row.operation().equals("invariants");
    }

    private static String waived(ComparisonResult result) {
        return result.rows().stream().filter(row -> row.verdict() == CompareVerdict.WAIVED)
                .map(row -> Text.format("%nwaived: %s on %s %s%n  %s%n", row.what(), row.backend(), row.dtype().label(), row.note())).collect(Collectors.joining());
    }

    private static String unsupported(ComparisonResult result) {
        Map<String, Long> reasons = result.rows().stream().filter(row -> row.verdict() == CompareVerdict.UNSUPPORTED)
                .collect(Collectors.groupingBy(CompareRow::note, LinkedHashMap::new, Collectors.counting()));
        return reasons.isEmpty() ? "" : reasons.entrySet().stream().map(reason -> Text.format("unsupported: %s (%d)%n", reason.getKey(), reason.getValue()))
                .collect(Collectors.joining("", System.lineSeparator(), ""));
    }

    private static String certificate(ComparisonResult result, int columns) {
        if (result.certificate().isEmpty()) {
            return "";
        }
        CertificateTable certificate = CertificateTable.of(result.certificate());
        List<String> header = new ArrayList<>(List.of("smallest fault that is found"));
        header.addAll(certificate.faults());
        TextTable table = new TextTable(header.toArray(String[]::new));
        certificate.rows().forEach(line -> {
            List<String> row = new ArrayList<>(List.of(line.what()));
            row.addAll(line.cells());
            table.row(row.toArray(String[]::new));
        });
        return System.lineSeparator() + table.within(columns);
    }

    private static String verdict(ComparisonResult result) {
        long bugs = result.rows().stream().filter(row -> row.verdict() == CompareVerdict.BUG).count();
        if (result.rows().isEmpty()) {
            return "";
        }
        return Text.format("%n%s compared: %s%n", Text.count(result.rows().size(), "case"), bugs == 0 ? "every difference is rounding" + (result.rows().stream().anyMatch(row -> row.verdict() == CompareVerdict.WAIVED) ? ", or known" : "") : Text.count((int) bugs, "bug"));
    }
}
