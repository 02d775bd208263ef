package io.fluxo.experiments.compare.speed;

import io.fluxo.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * From which size on a backend is faster than another.
 *
 * @param faster the one
 * @param slower the other
 * @param extent where the one is faster, among the sizes that were timed on both; a size at which the intervals of both medians overlap is not won by either
 */
public record Crossover(String operation, String direction, DType dtype, String faster, String slower, Extent extent) {

    /** At which sizes. */
    public sealed interface Extent {

        /** At every size. */
        record Always() implements Extent {}

        /** At this size and all larger ones. */
        record From(String size) implements Extent {}

        /** Not at the largest. */
        record Never() implements Extent {}
    }

    /** Every backend beside every other, for each operation, direction and type in which both were timed at one size at least. */
    static List<Crossover> of(List<SpeedRow> rows) {
        Map<List<Object>, List<SpeedRow>> kinds = new LinkedHashMap<>();
        rows.forEach(row -> kinds.computeIfAbsent(List.of(row.operation(), row.direction(), row.dtype()), _ -> new ArrayList<>()).add(row));
        List<Crossover> found = new ArrayList<>();
        kinds.values().forEach(kind -> {
            SequencedSet<String> backends = new LinkedHashSet<>(kind.stream().map(SpeedRow::backend).toList());
            for (String one : backends) {
                for (String other : backends) {
                    if (!one.equals(other)) {
                        between(kind, one, other).ifPresent(found::add);
                    }
                }
            }
        });
        return List.copyOf(found);
    }

    private static Optional<Crossover> between(List<SpeedRow> kind, String one, String other) {
        Map<String, SpeedFigures> figuresOfOne = figures(kind, one);
        Map<String, SpeedFigures> figuresOfOther = figures(kind, other);
        List<String> sizes = figuresOfOne.keySet().stream().filter(figuresOfOther::containsKey).toList();
        int from = sizes.size();
        while (from > 0 && isFaster(figuresOfOne.get(sizes.get(from - 1)), figuresOfOther.get(sizes.get(from - 1)))) {
            from--;
        }
        SpeedRow row = kind.getFirst();
        return sizes.isEmpty() ? Optional.empty() : Optional.of(new Crossover(row.operation(), row.direction(), row.dtype(), one, other,
                from == 0 ? new Extent.Always() : from == sizes.size() ? new Extent.Never() : new Extent.From(sizes.get(from))));
    }

    /** By size, in the order of the rows. */
    private static Map<String, SpeedFigures> figures(List<SpeedRow> kind, String backend) {
        Map<String, SpeedFigures> figures = new LinkedHashMap<>();
        kind.stream().filter(row -> row.backend().equals(backend)).forEach(row -> row.figures().ifPresent(each -> figures.put(row.size(), each)));
        return figures;
    }

    private static boolean isFaster(SpeedFigures one, SpeedFigures other) {
        return one.interval().high() < other.interval().low();
    }
}
