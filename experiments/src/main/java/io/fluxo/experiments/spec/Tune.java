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
 * @param sampling how settings are drawn, where not every point of the grid is tried
 */
public record Tune(int steps, Map<String, List<Object>> over, Map<String, Map<String, List<Object>>> instead,
                   Map<String, String> bounded, int extend, int seeds, Sampling sampling) {

    static final Type<Integer> EXTEND = Type.whole(0);
    static final Type<Integer> SEEDS = Type.whole(1);

    /** The keys under which it is written. */
    static final List<String> KEYS = List.of("steps", "over", "instead", "bounded", "extend", "seeds", "method", "trials", "least_steps", "factor");

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
        this(steps, over, instead, bounded, 0, 1, Sampling.GRID);
    }

    /** The same with other draws. */
    public Tune with(Sampling other) {
        return new Tune(steps, over, instead, bounded, extend, seeds, other);
    }

    /** The same, for which these settings were drawn: place of a variant on the study's axes → settings. */
    public Tune withDrawn(Map<Map<String, Object>, List<Map<String, Object>>> settings) {
        return with(sampling.withDrawn(settings));
    }

    /** Without bounds to its grids. */
    public Tune(int steps, Map<String, List<Object>> over, Map<String, Map<String, List<Object>>> instead) {
        this(steps, over, instead, Map.of());
    }

    /** The same, going on by as many as {@code numbers} beyond an end of its grids. */
    public Tune extended(int numbers) {
        return new Tune(steps, over, instead, bounded, numbers, seeds, sampling);
    }

    /** The same with {@code count} seeds for each point. */
    public Tune withSeeds(int count) {
        return new Tune(steps, over, instead, bounded, extend, count, sampling);
    }

    /** The same with other grids. */
    Tune withGrids(Map<String, List<Object>> other, Map<String, Map<String, List<Object>>> otherInstead) {
        return new Tune(steps, other, otherInstead, bounded, extend, seeds, sampling);
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
        written.put("over", written(over, sampling.over()));
        Map<String, Object> others = new LinkedHashMap<>();
        instead.forEach((variant, grid) -> others.put(variant, written(grid, sampling.ranges(variant))));
        written.put("instead", others);
        written.put("bounded", bounded);
        written.put("extend", extend);
        written.put("seeds", seeds);
        written.put("method", sampling.method());
        if (sampling.draws()) {
            written.put("trials", sampling.trials());
        }
        if (sampling.method() == Sampling.Method.HALVING) {
            written.put("least_steps", sampling.leastSteps());
            written.put("factor", sampling.factor());
        }
        return written;
    }

    /** Lists and ranges under their keys. */
    private static Map<String, Object> written(Map<String, List<Object>> lists, Map<String, Range> ranges) {
        Map<String, Object> all = new LinkedHashMap<>(lists);
        all.putAll(ranges);
        return all;
    }

    /** The keys that are tuned, in any variant. */
    public Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>(over.keySet());
        instead.values().forEach(grid -> keys.addAll(grid.keySet()));
        keys.addAll(sampling.keys());
        return keys;
    }

    /** The keys that are tuned in the variant called {@code variant}. */
    public Set<String> keys(String variant) {
        Set<String> keys = new LinkedHashSet<>(listed(variant).keySet());
        keys.addAll(sampling.ranges(variant).keySet());
        return keys;
    }

    /** Whether anything is tried for the variant called {@code variant}. */
    public boolean tunes(String variant) {
        return !keys(variant).isEmpty();
    }

    /** The values that are listed for the variant called {@code variant}, which may be none: a grid, or what is drawn from. */
    public Map<String, List<Object>> listed(String variant) {
        return instead.getOrDefault(variant, over);
    }

    /** The values that are tried for the variant called {@code variant}, by key: those of its grid, which may be empty, or what was drawn. */
    public Map<String, List<Object>> grid(String variant) {
        return sampling.draws() ? sampling.drawnValues(variant) : listed(variant);
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
