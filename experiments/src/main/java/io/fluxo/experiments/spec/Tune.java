package io.fluxo.experiments.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What is chosen for each variant before it is measured: every point of a grid is trained with one seed that is used for nothing else, and the
 * point with the least loss is taken. A variant of a study is thus never worse for a setting that suits another.
 *
 * @param steps   optimizer steps of one trial; 0 where nothing is tuned
 * @param over    dotted key → the values that are tried; a grid
 * @param instead variant → what is tried for it in place of {@code over}; an empty grid for a variant that has nothing to tune
 * @param bounded dotted key → why its grid ends where it does: a choice at such an end is no edge of the search, but of what is compared
 */
public record Tune(int steps, Map<String, List<Object>> over, Map<String, Map<String, List<Object>>> instead,
                   Map<String, String> bounded) {

    /** The keys under which it is written. */
    static final List<String> KEYS = List.of("steps", "over", "instead", "bounded");

    public static final Tune NOTHING = new Tune(0, Map.of(), Map.of(), Map.of());

    public Tune {
        over = copy(over);
        Map<String, Map<String, List<Object>>> copies = new LinkedHashMap<>();
        instead.forEach((variant, grid) -> copies.put(variant, copy(grid)));
        instead = Collections.unmodifiableMap(copies);
        bounded = Collections.unmodifiableMap(new LinkedHashMap<>(bounded));
    }

    /** Without bounds to its grids. */
    public Tune(int steps, Map<String, List<Object>> over, Map<String, Map<String, List<Object>>> instead) {
        this(steps, over, instead, Map.of());
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
}
