package io.fluxo.experiments.compare.report;

import io.fluxo.experiments.compare.speed.Crossover;
import io.fluxo.experiments.compare.speed.SpeedFigures;
import io.fluxo.experiments.compare.speed.SpeedJson;
import io.fluxo.experiments.compare.speed.SpeedResult;
import io.fluxo.experiments.compare.speed.SpeedRow;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The page's table of speed, and what is remarked below it. */
final class SpeedTables {

    private SpeedTables() {}

    static Map<String, Object> of(SpeedResult speed) {
        Set<String> columns = new LinkedHashSet<>();
        Map<String, Map<String, SpeedRow>> cases = new LinkedHashMap<>();
        speed.rows().forEach(row -> {
            String column = row.backend() + " " + row.dtype().label();
            columns.add(column);
            cases.computeIfAbsent(row.what().substring("speed/".length()), _ -> new LinkedHashMap<>()).put(column, row);
        });
        List<Map<String, Object>> rows = new ArrayList<>();
        cases.forEach((what, found) -> rows.add(Map.of("what", what, "cells", columns.stream().map(column -> found.containsKey(column) ? cell(found.get(column)) : "–").toList())));
        return Map.of("peak", Text.format("%s: %.0f GFLOP/s in f32, %.0f GB/s of memory, as measured in the same run.", Text.count(speed.peak().threads(), "thread"), speed.peak().f32(),
                speed.peak().memory().gigabytes()), "columns", columns, "rows", rows, "remarks", remarks(speed));
    }

    private static String cell(SpeedRow row) {
        return row.figures().map(SpeedTables::cell).orElse(row.note());
    }

    private static String cell(SpeedFigures figures) {
        return Text.format("%.3g µs (%.3g … %.3g) · %.3g GFLOP/s · %.0f %%", 1e6 * figures.seconds(), 1e6 * figures.interval().low(), 1e6 * figures.interval().high(), figures.gflops(),
                100 * figures.fractionOfPeak());
    }

    private static List<String> remarks(SpeedResult speed) {
        List<String> remarks = new ArrayList<>();
        speed.overheads().forEach(one -> remarks.add(Text.format("The smallest operation takes %.0f ns on %s %s (%.0f … %.0f).", one.nanos(), one.backend(), one.dtype().label(),
                one.interval().low(), one.interval().high())));
        speed.crossovers().stream().filter(one -> one.extent() instanceof Crossover.Extent.From).forEach(one -> remarks.add(Text.format("%s/%s: %s is faster than %s from %s on.",
                one.operation(), one.direction(), one.faster(), one.slower(), SpeedJson.text(one.extent()))));
        return remarks;
    }
}
