package io.fluxo.experiments.spec;

import io.fluxo.setting.Type;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What is chosen for each variant before it is measured: every point of a grid is trained with seeds that are used for nothing else, and the
 * point with the least loss is taken. A variant of a study is thus never worse for a setting that suits another.
 *
 * @param steps   optimizer steps of one trial; 0 where nothing is tuned
 * @param over    dotted key → the values that are tried; a grid
 * @param instead variant → what is tried for it in place of {@code over}; an empty grid for a variant that has nothing to tune
 * @param bounded dotted key → why its grid ends where it does: a choice at such an end is no edge of the search, but of what is compared
 * @param extend  numbers that are tried beyond an end of the grid, at most, while the best lies at it
 * @param seeds   with how many seeds each point is tried
 */
public record Tune(int steps, Map<String, List<Object>> over, Map<String, Map<String, List<Object>>> instead,
                   Map<String, String> bounded, int extend, int seeds) {

    static final Type<Integer> EXTEND = Type.whole(0);
    static final Type<Integer> SEEDS = Type.whole(1);

    /** The keys under which it is written. */
    static final List<String> KEYS = List.of("steps", "over", "instead", "bounded", "extend", "seeds");

    public static final Tune NOTHING = new Tune(0, Map.of(), Map.of(), Map.of());

    public Tune {
        over = copy(over);
        Map<String, Map<String, List<Object>>> copies = new LinkedHashMap<>();
        instead.forEach((variant, grid) -> copies.put(variant, copy(grid)));
        instead = Collections.unmodifiableMap(copies);
        bounded = Collections.unmodifiableMap(new LinkedHashMap<>(bounded));
    }

    /** Each point of its grids once, and nothing beyond them. */
    public Tune(int steps, Map<String, List<Object>> over, Map<String, Map<String, List<Object>>> instead, Map<String, String> bounded) {
        this(steps, over, instead, bounded, 0, 1);
    }

    /** Without bounds to its grids. */
    public Tune(int steps, Map<String, List<Object>> over, Map<String, Map<String, List<Object>>> instead) {
        this(steps, over, instead, Map.of());
    }

    /** The same, going on by as many as {@code numbers} beyond an end of its grids. */
    public Tune extended(int numbers) {
        return new Tune(steps, over, instead, bounded, numbers, seeds);
    }

    /** The same with {@code count} seeds for each point. */
    public Tune withSeeds(int count) {
        return new Tune(steps, over, instead, bounded, extend, count);
    }

    /** The same with other grids. */
    Tune withGrids(Map<String, List<Object>> other, Map<String, Map<String, List<Object>>> otherInstead) {
        return new Tune(steps, other, otherInstead, bounded, extend, seeds);
    }

    private static Map<String, List<Object>> copy(Map<String, List<Object>> grid) {
        Map<String, List<Object>> copy = new LinkedHashMap<>();
        grid.forEach((key, values) -> copy.put(key, List.copyOf(values)));
        return Collections.unmodifiableMap(copy);
    }

    /** As it is written: key → value. */
    SequencedMap<String, Object> written() {
        SequencedMap<String, Object> written = new LinkedHashMap<>();
        written.put("steps", steps);
        written.put("over", over);
        written.put("instead", instead);
        written.put("bounded", bounded);
        written.put("extend", extend);
        written.put("seeds", seeds);
        return written;
    }

    /** The keys that are tuned, in any variant. */
    public Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>(over.keySet());
        instead.values().forEach(grid -> keys.addAll(grid.keySet()));
        return keys;
    }

    /** The grid of the variant called {@code variant}, which may be empty. */
    public Map<String, List<Object>> grid(String variant) {
        return instead.getOrDefault(variant, over);
    }

    /** The keys of {@code grid} that have two ends: several values, all of them numbers. */
    public static List<String> numeric(Map<String, List<Object>> grid) {
        return grid.entrySet().stream().filter(entry -> entry.getValue().size() > 1 && entry.getValue().stream().allMatch(Number.class::isInstance)).map(Map.Entry::getKey).toList();
    }

    /** The keys of {@code grid} along which the search may go on beyond it. */
    public List<String> extendable(Map<String, List<Object>> grid) {
        return extend == 0 ? List.of() : numeric(grid).stream().filter(key -> !bounded.containsKey(key)).toList();
    }

    /** Trials that may be asked for at one grid, at most; saturates. A single key goes on in one direction alone, since what it leaves behind was worse. */
    long most(Map<String, List<Object>> grid) {
        List<String> extendable = extendable(grid);
        long ends = extendable.size() == 1 ? 1 : 2;
        long points = grid.isEmpty() ? 0 : 1;
        for (Map.Entry<String, List<Object>> axis : grid.entrySet()) {
            points = Math.min(Integer.MAX_VALUE, points * (axis.getValue().size() + (extendable.contains(axis.getKey()) ? ends * extend : 0)));
        }
        return Math.min(Integer.MAX_VALUE, points * seeds);
    }
}
