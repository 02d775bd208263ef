package io.fluxo.experiments.cli;

import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.experiments.compare.speed.Crossover;
import io.fluxo.experiments.compare.speed.Overhead;
import io.fluxo.experiments.compare.speed.SpeedFigures;
import io.fluxo.experiments.compare.speed.SpeedOutcome;
import io.fluxo.experiments.compare.speed.SpeedResult;
import io.fluxo.experiments.compare.speed.SpeedRow;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Speeds for standard output: a line for each case and type, a column for each backend; then crossovers, what the smallest operation costs, what is
 * allocated, and why cases are missing.
 */
final class SpeedText {

    /** Of operations that do more on each byte, floating-point operations a second are told; of the others bytes. */
    private static final double FEW_FLOPS_PER_BYTE = 2;

    private SpeedText() {}

    static String of(SpeedResult result, int columns) {
        SequencedSet<String> backends = new LinkedHashSet<>(result.rows().stream().map(SpeedRow::backend).toList());
        return disturbed(result) + peak(result.peak()) + speeds(result, backends, columns) + crossovers(result, columns) + overheads(result, columns) + heap(result, backends, columns) + notes(result);
    }

    private static String disturbed(SpeedResult result) {
        return result.isDisturbed() ? Text.format("others use this machine (load %.1f a core): times are too long, and compilers may not be through; run it again when it is quiet%n%n",
                result.load()) : "";
    }

    private static String peak(Peak peak) {
        return Text.format("peak with %s: %s GFLOP/s in f32, %s in f64; %s GB/s%n%n", Text.count(peak.threads(), "thread"), rounded(peak.f32()), rounded(peak.f64()),
                peak.bandwidths().stream().map(each -> Text.format("%s (%s)", rounded(each.gigabytes()), size(each.bytes()))).collect(Collectors.joining(", ")));
    }

    private static String speeds(SpeedResult result, SequencedSet<String> backends, int columns) {
        return grid(result.rows(), backends, columns, SpeedText::cell).map(table -> table + Text.format("%% of the roof: the peak, or what memory lets through%n")).orElse("");
    }

    /** A line for each case and type, a column for each backend. */
    private static Optional<String> grid(List<SpeedRow> rows, SequencedSet<String> backends, int columns, Function<SpeedRow, String> cell) {
        Map<List<String>, List<SpeedRow>> cases = new LinkedHashMap<>();
        rows.forEach(row -> cases.computeIfAbsent(List.of(row.operation() + "/" + row.direction(), row.size(), row.dtype().label()), _ -> new ArrayList<>()).add(row));
        TextTable table = new TextTable(Stream.concat(Stream.of("operation", "size", "type"), backends.stream()).toArray(String[]::new));
        cases.forEach((key, ofOne) -> table.row(Stream.concat(key.stream(), backends.stream().map(name -> ofOne.stream().filter(row -> row.backend().equals(name)).findFirst()
                .map(cell).orElse(""))).toArray(String[]::new)));
        return cases.isEmpty() ? Optional.empty() : Optional.of(table.within(columns));
    }

    private static String cell(SpeedRow row) {
        return switch (row.outcome()) {
            case SpeedOutcome.Measured(SpeedFigures figures) -> Text.format("%s, %s, %.0f %%", time(figures.seconds()),
                    figures.intensity() < FEW_FLOPS_PER_BYTE ? rounded(figures.gbPerS()) + " GB/s" : rounded(figures.gflops()) + " GFLOP/s", 100 * figures.fractionOfPeak());
            case SpeedOutcome.LeftOut _ -> "left out";
            case SpeedOutcome.Unsupported _ -> "unsupported";
            case SpeedOutcome.Failed _ -> "failed";
        };
    }

    private static String crossovers(SpeedResult result, int columns) {
        TextTable table = new TextTable("operation", "type", "faster", "than", "from size");
        List<Crossover> told = result.crossovers().stream().filter(each -> !(each.extent() instanceof Crossover.Extent.Never)).toList();
        told.forEach(each -> table.row(each.operation() + "/" + each.direction(), each.dtype().label(), each.faster(), each.slower(), switch (each.extent()) {
            case Crossover.Extent.Always _ -> "always";
            case Crossover.Extent.From(String size) -> size;
            case Crossover.Extent.Never _ -> "never";
        }));
        return told.isEmpty() ? "" : System.lineSeparator() + table.within(columns);
    }

    private static String overheads(SpeedResult result, int columns) {
        TextTable table = new TextTable("backend", "type", "adding two numbers takes", "95 %");
        for (Overhead each : result.overheads()) {
            table.row(each.backend(), each.dtype().label(), Text.format("%,.0f ns", each.nanos()), Text.format("%,.0f–%,.0f ns", each.interval().low(), each.interval().high()));
        }
        return result.overheads().isEmpty() ? "" : System.lineSeparator() + table.within(columns);
    }

    /** What the smallest operation and training steps allocate. */
    private static String heap(SpeedResult result, SequencedSet<String> backends, int columns) {
        return grid(result.rows().stream().filter(row -> Overhead.isSmallest(row) || row.operation().equals("train")).toList(), backends, columns,
                row -> row.figures().map(figures -> Text.format("%,d bytes", figures.bytesAllocated())).orElse(""))
                .map(table -> Text.format("%non the Java heap, a call:%n%s", table)).orElse("");
    }

    /** Why cases are missing: what was left out for time in one line for each backend and type, the rest row by row. */
    private static String notes(SpeedResult result) {
        Map<String, SequencedMap<String, String>> leftOut = new LinkedHashMap<>();
        StringBuilder others = new StringBuilder();
        for (SpeedRow row : result.rows()) {
            String whose = row.backend() + " " + row.dtype().label();
            switch (row.outcome()) {
                case SpeedOutcome.Measured _ -> { }
                case SpeedOutcome.LeftOut _ -> leftOut.computeIfAbsent(whose, _ -> new LinkedHashMap<>()).putIfAbsent(row.operation() + "/" + row.direction(), row.size());
                case SpeedOutcome.Unsupported(String reason) -> others.append(Text.format("%s: %s: unsupported: %s%n", whose, row.what(), reason));
                case SpeedOutcome.Failed(String reason) -> others.append(Text.format("%s: %s: %s%n", whose, row.what(), reason));
            }
        }
        leftOut.forEach((whose, sizes) -> others.append(Text.format("%s: left out for time: %s%n", whose, sizes.entrySet().stream()
                .map(each -> each.getKey() + " from " + each.getValue() + " on").collect(Collectors.joining(", ")))));
        return others.isEmpty() ? "" : System.lineSeparator() + others;
    }

    /** {@code 1.4 ms}. */
    private static String time(double seconds) {
        return seconds < 1e-6 ? rounded(seconds * 1e9) + " ns" : seconds < 1e-3 ? rounded(seconds * 1e6) + " µs" : seconds < 1 ? rounded(seconds * 1e3) + " ms" : rounded(seconds) + " s";
    }

    /** {@code 24 KiB}, {@code 1.5 MiB}. */
    private static String size(long bytes) {
        int scale = IntStream.range(0, 3).filter(i -> bytes >> 10 * i < 1024).findFirst().orElse(3);
        double units = bytes / Math.pow(1024, scale);
        return Text.format(units == Math.rint(units) ? "%.0f %s" : "%.1f %s", units, List.of("B", "KiB", "MiB", "GiB").get(scale));
    }

    /** Three digits. */
    private static String rounded(double value) {
        return Text.format(value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f", value);
    }
}
