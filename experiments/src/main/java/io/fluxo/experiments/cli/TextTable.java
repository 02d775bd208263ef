package io.fluxo.experiments.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Columns of text, each as wide as its widest cell; or within a terminal's width, where cells that are too wide continue in the next line. */
final class TextTable {

    private static final int GAP = 3;
    private static final int NARROW_GAP = 2;

    /** A line may end behind a space, and behind a comma that is not within a number: names of variants have no spaces. */
    private static final String BREAKS = "(?<= )|(?<=,)(?!\\d)";

    private final List<String[]> rows = new ArrayList<>();

    TextTable(String... header) {
        rows.add(header);
    }

    void row(String... cells) {
        rows.add(cells);
    }

    @Override
    public String toString() {
        return text(widths(String::length), GAP);
    }

    /** The table in lines of {@code columns} characters at most; where even its words need more, each cell gets a line of its own. */
    String within(int columns) {
        int[] widths = widths(String::length);
        if (total(widths, GAP) <= columns) {
            return toString();
        }
        int[] least = widths(cell -> parts(cell).mapToInt(String::length).max().orElse(0));
        while (total(widths, NARROW_GAP) > columns) {
            int widest = IntStream.range(0, widths.length).filter(i -> widths[i] > least[i]).boxed().max((i, j) -> widths[i] - widths[j]).orElse(-1);
            if (widest < 0) {
                return cellByCell(columns);
            }
            widths[widest]--;
        }
        return text(restored(widths, columns), NARROW_GAP);
    }

    /** What lines that end earlier leave free is given back to those columns that then need not be wrapped. */
    private int[] restored(int[] narrowed, int columns) {
        int[] natural = widths(String::length);
        int[] widths = new int[narrowed.length];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = rows.stream().flatMap(row -> wrapped(row[column], narrowed[column]).stream()).mapToInt(String::length).max().orElse(0);
        }
        IntStream.range(0, widths.length).boxed().sorted(Comparator.comparingInt(i -> natural[i] - widths[i])).forEach(i -> {
            if (total(widths, NARROW_GAP) - widths[i] + natural[i] <= columns) {
                widths[i] = natural[i];
            }
        });
        return widths;
    }

    private int[] widths(ToIntFunction<String> need) {
        return IntStream.range(0, rows.getFirst().length).map(i -> rows.stream().mapToInt(row -> need.applyAsInt(row[i])).max().orElse(0)).toArray();
    }

    private static int total(int[] widths, int gap) {
        return Arrays.stream(widths).sum() + gap * (widths.length - 1);
    }

    private String text(int[] widths, int gap) {
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            List<List<String>> cells = IntStream.range(0, row.length).mapToObj(i -> wrapped(row[i], widths[i])).toList();
            int height = cells.stream().mapToInt(List::size).max().orElse(0);
            for (int line = 0; line < height; line++) {
                int at = line;
                text.append(IntStream.range(0, row.length).mapToObj(i -> padded(at < cells.get(i).size() ? cells.get(i).get(at) : "", widths[i]))
                        .collect(Collectors.joining(" ".repeat(gap))).stripTrailing()).append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    /** For each row its cells under each other, behind their column's name. */
    private String cellByCell(int columns) {
        String[] header = rows.getFirst();
        int names = Arrays.stream(header).mapToInt(String::length).max().orElse(0) + NARROW_GAP;
        StringBuilder text = new StringBuilder();
        for (String[] row : rows.subList(1, rows.size())) {
            for (int i = 0; i < row.length; i++) {
                String name = header[i];
                for (String line : wrapped(row[i], Math.max(1, columns - names))) {
                    text.append((padded(name, names) + line).stripTrailing()).append(System.lineSeparator());
                    name = "";
                }
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    /** {@code cell} in lines of {@code width} characters where its words are not longer. */
    private static List<String> wrapped(String cell, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String part : cell.split(BREAKS)) {
            if (!line.isEmpty() && line.length() + part.stripTrailing().length() > width) {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
            }
            line.append(part);
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }

    private static Stream<String> parts(String cell) {
        return Arrays.stream(cell.split(BREAKS)).map(String::stripTrailing);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
