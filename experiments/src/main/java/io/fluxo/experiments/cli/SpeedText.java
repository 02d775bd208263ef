package io.fluxo.experiments.cli;

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
import java.util.stream.Collectors;

/** Speed for standard output: a line for each case, with what each backend reaches and how much of the machine's peak that is. */
final class SpeedText {

    private SpeedText() {}

    static String of(SpeedResult result, int columns) {
        Set<String> backends = new LinkedHashSet<>();
        Map<String, Map<String, SpeedRow>> cases = new LinkedHashMap<>();
        result.rows().forEach(row -> {
            String backend = row.backend() + " " + row.dtype().label();
            backends.add(backend);
            cases.computeIfAbsent(row.what().substring("speed/".length()), _ -> new LinkedHashMap<>()).put(backend, row);
        });
        List<String> header = new ArrayList<>(List.of("speed"));
        header.addAll(backends);
        TextTable table = new TextTable(header.toArray(String[]::new));
        cases.forEach((what, rows) -> {
            List<String> line = new ArrayList<>(List.of(what));
            backends.forEach(backend -> line.add(rows.containsKey(backend) ? cell(rows.get(backend)) : "–"));
            table.row(line.toArray(String[]::new));
        });
        return System.lineSeparator() + table.within(columns) + Text.format("%non %s: peak %.0f GFLOP/s in f32, %.0f in f64, memory %.0f GB/s%n", Text.count(result.peak().threads(), "thread"),
                result.peak().f32(), result.peak().f64(), result.peak().memory().gigabytes()) + overheads(result) + crossovers(result);
    }

    /** Time, then what is scarce: arithmetic or memory. */
    private static String cell(SpeedRow row) {
        return row.figures().map(figures -> Text.format("%s, %s, %.0f %%", time(figures.seconds()), rate(figures), 100 * figures.fractionOfPeak())).orElse(row.note());
    }

    private static String rate(SpeedFigures figures) {
        return figures.intensity() < 4 ? Text.format("%.3g GB/s", figures.gbPerS()) : Text.format("%.3g GFLOP/s", figures.gflops());
    }

    private static String time(double seconds) {
        return seconds < 1e-6 ? Text.format("%.0f ns", seconds * 1e9) : seconds < 1e-3 ? Text.format("%.3g µs", seconds * 1e6) : Text.format("%.3g ms", seconds * 1e3);
    }

    private static String overheads(SpeedResult result) {
        return result.overheads().stream().map(one -> Text.format("%s %s: the smallest operation takes %.0f ns (%.0f … %.0f)%n", one.backend(), one.dtype().label(), one.nanos(),
                one.interval().low(), one.interval().high())).collect(Collectors.joining());
    }

    /** Each pair of backends once, from the side of the one that is faster somewhere. */
    private static String crossovers(SpeedResult result) {
        return result.crossovers().stream().filter(one -> !(one.extent() instanceof Crossover.Extent.Never)).collect(Collectors.groupingBy(
                one -> Text.format("%s faster than %s, %s", one.faster(), one.slower(), one.dtype().label()), LinkedHashMap::new, Collectors.mapping(
                        one -> one.operation() + "/" + one.direction() + (one.extent() instanceof Crossover.Extent.Always ? "" : " from " + SpeedJson.text(one.extent())), Collectors.joining(", "))))
                .entrySet().stream().map(entry -> Text.format("%s: %s%n", entry.getKey(), entry.getValue())).collect(Collectors.joining());
    }
}
