package io.fluxo.experiments.compare.report;

import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Operations × backends: the largest error over what is allowed, of all cases of an operation in a direction. Shades tell 0.9 from 0.1, and what is
 * more than 1 from both.
 *
 * @param backends   {@code simd f32}, each over as many columns as there are directions
 * @param directions {@code forward}, {@code gradient}
 * @param columns    the direction of each column
 */
record HeatMap(List<String> backends, List<String> directions, List<String> columns, List<Row> rows) {

    /** Shades of what is allowed: below 0.1, 0.3, 0.7, and the rest. */
    private static final double[] STEPS = {0.1, 0.3, 0.7};

    /** @param what {@code softmax} */
    record Row(String what, List<Cell> cells) {}

    /**
     * One cell.
     *
     * @param text  the ratio in two digits
     * @param shade {@code s0} to {@code s3} where all is rounding; {@code bug}, {@code waived}, {@code unsupported} or {@code none} otherwise
     * @param label in words
     */
    record Cell(String text, String shade, String label) {}

    static HeatMap of(List<CompareRow> rows) {
        Set<String> backends = new LinkedHashSet<>();
        Set<String> directions = new LinkedHashSet<>();
        Map<String, Map<List<String>, List<CompareRow>>> operations = new LinkedHashMap<>();
        for (CompareRow row : rows) {
            String backend = row.backend() + " " + row.dtype().label();
            String[] parts = row.what().split("/");
            backends.add(backend);
            directions.add(parts[1]);
            operations.computeIfAbsent(parts[0], _ -> new LinkedHashMap<>()).computeIfAbsent(List.of(backend, parts[1]), _ -> new ArrayList<>()).add(row);
        }
        List<List<String>> columns = backends.stream().flatMap(backend -> directions.stream().map(direction -> List.of(backend, direction))).toList();
        return new HeatMap(List.copyOf(backends), List.copyOf(directions), columns.stream().map(List::getLast).toList(), operations.entrySet().stream()
                .map(operation -> new Row(operation.getKey(), columns.stream().map(column -> cell(String.join(", ", column), operation.getValue().getOrDefault(column, List.of()))).toList()))
                .toList());
    }

    /** The same in parts of at most {@code most} rows, to stand side by side. */
    List<HeatMap> parts(int most) {
        List<HeatMap> parts = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += most) {
            parts.add(new HeatMap(backends, directions, columns, rows.subList(from, Math.min(rows.size(), from + most))));
        }
        return parts;
    }

    private static Cell cell(String column, List<CompareRow> rows) {
        if (rows.isEmpty()) {
            return new Cell("", "none", column + ": not compared");
        }
        long bugs = rows.stream().filter(row -> row.verdict() == CompareVerdict.BUG).count();
        CompareRow worst = rows.stream().filter(row -> row.figures().isPresent()).max(Comparator.comparingDouble(HeatMap::ratio)).orElse(null);
        if (bugs > 0) {
            return new Cell(worst == null ? "!" : number(ratio(worst)), "bug", Text.format("%s: a bug in %d of %s", column, bugs, Text.count(rows.size(), "case")));
        }
        if (worst == null) {
            boolean unsupported = rows.getFirst().verdict() == CompareVerdict.UNSUPPORTED;
            return new Cell(unsupported ? "–" : "✓", unsupported ? "unsupported" : "s0", Text.format("%s: %s", column, rows.getFirst().note()));
        }
        boolean known = rows.stream().anyMatch(row -> row.verdict() == CompareVerdict.WAIVED);
        return new Cell(number(ratio(worst)), known ? "waived" : shade(ratio(worst)),
                Text.format("%s: %s, the largest error is %s of what is allowed%s", column, Text.count(rows.size(), "case"), number(ratio(worst)), known ? "; a known difference" : ""));
    }

    private static double ratio(CompareRow row) {
        return row.figures().orElseThrow().ratio();
    }

    private static String shade(double ratio) {
        int step = 0;
        while (step < STEPS.length && ratio >= STEPS[step]) {
            step++;
        }
        return "s" + step;
    }

    static String number(double value) {
        return Double.isNaN(value) ? "–" : value == 0 ? "0" : value >= 0.01 && value < 1000 ? Text.format("%.2f", value) : Text.format("%.0e", value);
    }
}
