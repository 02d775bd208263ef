package io.fluxo.experiments.compare.ops;

import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The certificate as a table: operations × kinds of faults.
 *
 * @param faults what is planted, a column each
 */
public record CertificateTable(List<String> faults, List<Row> rows) {

    /** @param cells the smallest ε that is caught, {@code not caught}, or {@code –} where the fault has no place */
    public record Row(String what, List<String> cells) {}

    public static CertificateTable of(List<Certificate.Line> lines) {
        List<String> faults = lines.stream().map(line -> line.fault().text()).distinct().toList();
        Map<String, Map<String, String>> found = new LinkedHashMap<>();
        for (Certificate.Line line : lines) {
            found.computeIfAbsent(line.what(), _ -> new LinkedHashMap<>()).put(line.fault().text(),
                    line.smallest().isPresent() ? Text.format("%.1e", line.smallest().getAsDouble()) : "not caught");
        }
        return new CertificateTable(faults, found.entrySet().stream()
                .map(entry -> new Row(entry.getKey(), faults.stream().map(fault -> entry.getValue().getOrDefault(fault, "–")).toList())).toList());
    }
}
