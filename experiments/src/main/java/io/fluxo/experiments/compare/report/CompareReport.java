package io.fluxo.experiments.compare.report;

import io.fluxo.experiments.compare.ComparisonResult;
import io.fluxo.experiments.compare.drift.DriftGrowth;
import io.fluxo.experiments.compare.onnx.OnnxOutcome;
import io.fluxo.experiments.compare.ops.CertificateTable;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.page.Page;
import io.fluxo.setting.Values;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code compare --report}: one page that opens offline. */
public final class CompareReport {

    private static final int ROWS_SIDE_BY_SIDE = 18;

    private CompareReport() {}

    /** @param command as it was typed */
    public static String html(ComparisonResult result, String command) {
        List<CompareRow> compared = result.rows().stream().filter(row -> !isInvariant(row)).toList();
        HeatMap operations = HeatMap.of(compared.stream().filter(row -> !isModel(row)).toList());
        HeatMap models = HeatMap.of(compared.stream().filter(CompareReport::isModel).toList());
        List<CompareRow> bugs = having(result, CompareVerdict.BUG);
        Page page = new Page("compare/compare.mustache", "compare/compare.css").draw(ChartData.of(result), "compare/compare.js");
        page.put("command", command);
        page.put("verdict", bugs.isEmpty() ? "Every difference is rounding" : Text.count(bugs.size(), "bug"));
        page.put("verdictClass", result.hasBugs() ? "does-not-hold" : "holds");
        page.put("summary", summary(result));
        page.put("facts", facts(result));
        page.put("bugs", IntStream.range(0, bugs.size()).mapToObj(i -> bug(bugs.get(i))).toList());
        page.put("operations", map(operations));
        page.put("models", map(models));
        page.put("modelled", compared.stream().anyMatch(row -> row.what().startsWith("model ") && row.what().contains("/cumulative/")));
        page.put("drifts", result.drift().stream().flatMap(one -> one.best().stream()).map(CompareReport::drift).toList());
        result.speed().ifPresent(speed -> page.put("speed", SpeedTables.of(speed)));
        page.put("invariants", invariants(result));
        page.put("certificate", CertificateTable.of(result.certificate()));
        page.put("waived", having(result, CompareVerdict.WAIVED).stream().map(CompareReport::remark).toList());
        page.put("unsupported", counted(having(result, CompareVerdict.UNSUPPORTED)));
        page.put("onnx", onnx(result));
        return page.html();
    }

    private static boolean isInvariant(CompareRow row) {
        return row.operation().equals("invariants");
    }

    private static boolean isModel(CompareRow row) {
        return row.what().startsWith("model ") || row.what().startsWith("block ");
    }

    private static List<Map<String, Object>> map(HeatMap map) {
        return map.parts(ROWS_SIDE_BY_SIDE).stream().map(part -> Map.<String, Object>of("backends", part.backends(), "span", part.directions().size(), "columns", part.columns(),
                "rows", part.rows())).toList();
    }

    private static List<CompareRow> having(ComparisonResult result, CompareVerdict verdict) {
        return result.rows().stream().filter(row -> row.verdict() == verdict).toList();
    }

    private static String summary(ComparisonResult result) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (CompareVerdict verdict : CompareVerdict.values()) {
            long count = having(result, verdict).size();
            if (count > 0) {
                counts.put(Values.label(verdict), count);
            }
        }
        return Text.format("%s compared: %s.", Text.count(result.rows().size(), "case"),
                counts.entrySet().stream().map(entry -> Text.format("%,d %s", entry.getValue(), entry.getKey())).collect(Collectors.joining(", ")));
    }

    private static List<Map<String, String>> facts(ComparisonResult result) {
        Set<String> backends = new LinkedHashSet<>();
        Set<String> references = new LinkedHashSet<>();
        result.rows().forEach(row -> {
            backends.add(row.backend() + " " + row.dtype().label());
            if (!row.reference().equals(row.backend())) {
                references.add(row.reference());
            }
        });
        return List.of(Map.of("name", "backends", "value", String.join(" · ", backends)), Map.of("name", "reference", "value", String.join(" · ", references)),
                Map.of("name", "Java", "value", System.getProperty("java.version")), Map.of("name", "processors", "value", Integer.toString(Runtime.getRuntime().availableProcessors())));
    }

    private static Map<String, Object> bug(CompareRow row) {
        Map<String, Object> node = new LinkedHashMap<>(remark(row));
        row.figures().ifPresent(figures -> {
            node.put("figures", List.of(figure("error / allowed", figures.ratio()), figure("largest error", figures.maxAbs()), figure("derived bound", figures.bound()),
                    figure("envelope", figures.envelope()), figure("condition", figures.condition()), figure("ulp", figures.ulp())));
        });
        if (!row.replay().isEmpty()) {
            node.put("replay", Text.format("%s compare --replay %s", Launcher.command(), Launcher.quoted(row.replay())));
        }
        return node;
    }

    private static Map<String, String> figure(String name, double value) {
        return Map.of("name", name, "value", Double.isNaN(value) ? "–" : Text.format("%.3g", value));
    }

    private static Map<String, Object> remark(CompareRow row) {
        return Map.of("what", row.what(), "backend", row.backend() + " " + row.dtype().label(), "note", row.note());
    }

    private static List<Map<String, Object>> counted(List<CompareRow> rows) {
        Map<String, Long> reasons = rows.stream().collect(Collectors.groupingBy(CompareRow::note, LinkedHashMap::new, Collectors.counting()));
        return reasons.entrySet().stream().map(reason -> Map.<String, Object>of("note", reason.getKey(), "cases", Text.count(Math.toIntExact(reason.getValue()), "case"))).toList();
    }

    private static Map<String, Object> drift(DriftGrowth growth) {
        return Map.of("axis", Values.label(growth.axis()), "of", Values.label(growth.of()).replace('_', ' '), "placement", growth.placement(), "backend", growth.backend() + " " + growth.dtype().label(),
                "reference", growth.reference(), "form", Values.label(growth.form()).replace('_', ' '), "rate", Text.format("%.3g", growth.median()),
                "interval", Text.format("%.3g … %.3g", growth.interval().low(), growth.interval().high()), "fit", Text.format("%.0f %%", 100 * growth.fit()),
                "last", Text.format("%.2g", growth.last()));
    }

    private static Map<String, Object> invariants(ComparisonResult result) {
        List<CompareRow> rows = result.rows().stream().filter(CompareReport::isInvariant).toList();
        if (rows.isEmpty()) {
            return Map.of();
        }
        Set<String> columns = new LinkedHashSet<>();
        Map<String, Map<String, CompareRow>> found = new LinkedHashMap<>();
        rows.forEach(row -> {
            String column = row.backend() + " " + row.dtype().label();
            columns.add(column);
            found.computeIfAbsent(row.what().substring(row.what().lastIndexOf('/') + 1), _ -> new LinkedHashMap<>()).put(column, row);
        });
        return Map.of("columns", columns, "rows", found.entrySet().stream().map(entry -> Map.of("what", entry.getKey(), "cells", columns.stream()
                .map(column -> cell(entry.getValue().get(column))).toList())).toList());
    }

    private static Map<String, String> cell(CompareRow row) {
        return row == null ? Map.of("note", "", "tone", "") : Map.of("note", row.note(), "tone", row.verdict() == CompareVerdict.BUG ? "bad" : "");
    }

    private static Map<String, Object> onnx(ComparisonResult result) {
        if (result.onnx().isEmpty()) {
            return Map.of();
        }
        Map<String, List<OnnxOutcome>> byBackend = new LinkedHashMap<>();
        result.onnx().forEach(row -> byBackend.computeIfAbsent(row.backend(), _ -> new ArrayList<>()).add(row.outcome()));
        List<Map<String, Object>> others = result.onnx().stream().filter(row -> row.outcome().verdict() != OnnxOutcome.Verdict.PASS)
                .map(row -> Map.<String, Object>of("what", row.outcome().name(), "backend", row.backend(), "verdict", Values.label(row.outcome().verdict()), "note", row.outcome().reason())).toList();
        return Map.of("counts", byBackend.entrySet().stream().map(entry -> Map.of("backend", entry.getKey(), "text", Text.format("%d of %d pass", entry.getValue().stream()
                .filter(outcome -> outcome.verdict() == OnnxOutcome.Verdict.PASS).count(), entry.getValue().size()))).toList(), "others", others);
    }
}
