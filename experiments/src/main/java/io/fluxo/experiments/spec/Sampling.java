package io.fluxo.experiments.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a search draws its settings, where it does not try every point of a grid. What a grid lists are the choices it draws from, each as likely as the others.
 *
 * @param method     how it goes on
 * @param trials     settings that are drawn for each variant; 0 of a grid
 * @param leastSteps optimizer steps after which halving sorts out for the first time; 0 for other methods
 * @param factor     of {@code factor} settings halving keeps one, and trains it that many times as long; 0 for other methods
 * @param over       dotted key → the numbers it is drawn from
 * @param instead    variant → the same in place of {@code over}
 * @param drawn      place of a variant on the study's axes → the settings that were drawn for it; empty before it is known with which seed the study runs, from which
 *                   they follow. Not written
 */
public record Sampling(Method method, int trials, int leastSteps, int factor, Map<String, Range> over, Map<String, Map<String, Range>> instead,
                       Map<Map<String, Object>, List<Map<String, Object>>> drawn) {

    /** The factor of halving where nothing is said. */
    static final int FACTOR = 3;

    /** Every point of a grid. */
    public static final Sampling GRID = new Sampling(Method.GRID, 0, 0, 0, Map.of(), Map.of(), Map.of());

    /** How the settings to be tried are found. */
    public enum Method {
        /** Every point of a grid. */
        GRID,
        /** Settings that are drawn at random. */
        RANDOM,
        /** The same, most of which are given up early. */
        HALVING
    }

    public Sampling {
        over = Collections.unmodifiableMap(new LinkedHashMap<>(over));
        Map<String, Map<String, Range>> copies = new LinkedHashMap<>();
        boolean all = !over.isEmpty(); // a variant without ranges has to be named only where there are some for all
        instead.forEach((variant, ranges) -> {
            if (all || !ranges.isEmpty()) {
                copies.put(variant, Collections.unmodifiableMap(new LinkedHashMap<>(ranges)));
            }
        });
        instead = Collections.unmodifiableMap(copies);
        drawn = Collections.unmodifiableMap(new LinkedHashMap<>(drawn)); // in the order of the variants
    }

    /** Whether settings are drawn at all. */
    public boolean draws() {
        return method != Method.GRID;
    }

    /** The ranges of the variant called {@code variant}, which may be none. */
    public Map<String, Range> ranges(String variant) {
        return instead.getOrDefault(variant, over);
    }

    /** The keys with a range, in any variant. */
    Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>(over.keySet());
        instead.values().forEach(ranges -> keys.addAll(ranges.keySet()));
        return keys;
    }

    Sampling withDrawn(Map<Map<String, Object>, List<Map<String, Object>>> settings) {
        return new Sampling(method, trials, leastSteps, factor, over, instead, settings);
    }

    /** Every value that was drawn for the variants called {@code variant}, by key. */
    Map<String, List<Object>> drawnValues(String variant) {
        Map<String, List<Object>> values = new LinkedHashMap<>();
        drawn.entrySet().stream().filter(entry -> entry.getKey().getOrDefault(Study.VARIANTS, "").equals(variant)).flatMap(entry -> entry.getValue().stream())
                .forEach(setting -> setting.forEach((key, value) -> values.computeIfAbsent(key, _ -> new ArrayList<>()).add(value)));
        values.replaceAll((_, all) -> all.stream().distinct().toList());
        return values;
    }

    /**
     * One round of a search.
     *
     * @param steps  for which its settings are trained
     * @param trials settings in it, at most
     */
    public record Rung(int steps, int trials) {}

    /**
     * The rounds of one variant's search. Halving trains for {@code least_steps}, {@code least_steps}·{@code factor} and so on as long as there is room for another such
     * rung, and the last rung for all steps.
     *
     * @param steps the most there are
     */
    public List<Rung> rungs(int steps) {
        List<Rung> rungs = new ArrayList<>();
        int remaining = trials;
        if (method == Method.HALVING) {
            for (long rung = leastSteps; rung * factor <= steps && remaining > 1; rung *= factor) {
                rungs.add(new Rung((int) rung, remaining));
                remaining = Math.max(1, remaining / factor);
            }
        }
        rungs.add(new Rung(steps, remaining));
        return List.copyOf(rungs);
    }
}
