package io.fluxo.experiments.spec;

import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the variants of a study are called in tables, results and conditions: {@code placement=post,warmup=125}. Keys lose their section unless two
 * would then be the same; a name that would be too long or not the only one is {@code variant~3}.
 *
 * @param prefixes axis of the study → what stands before its value: {@code placement=}; nothing before a variant's name
 * @param byName   name → the study's cell, in their order
 */
public record VariantNames(Map<String, String> prefixes, Map<String, Study.Cell> byName) {

    /** The longest name, in characters. */
    public static final int LONGEST = 160;

    /** Before a number that tells two variants apart; no name of a user's has it. */
    public static final String APART = "~";

    /** The name of the one model of a study that compares nothing. */
    private static final String ALONE = "default";

    /** Call only on a study within {@link Study#MAX_TRIALS}. */
    public static VariantNames of(Study study) {
        Map<String, String> prefixes = prefixes(study);
        Map<String, Study.Cell> byName = new LinkedHashMap<>();
        for (Study.Cell cell : study.cells()) {
            String name = cell.vary().isEmpty() ? ALONE : cell.vary().entrySet().stream()
                    .map(entry -> prefixes.get(entry.getKey()) + Values.label(entry.getValue())).collect(Collectors.joining(","));
            boolean readable = name.length() <= LONGEST && !byName.containsKey(name);
            byName.put(readable ? name : Text.format("variant%s%d", APART, byName.size() + 1), cell);
        }
        return new VariantNames(prefixes, byName);
    }

    private static Map<String, String> prefixes(Study study) {
        Set<String> taken = new HashSet<>();
        boolean clash = !study.vary().keySet().stream().allMatch(key -> taken.add(last(key)));
        Map<String, String> prefixes = new LinkedHashMap<>();
        study.axes().keySet().forEach(key -> prefixes.put(key, key.equals(Study.VARIANTS) ? "" : (clash ? key : last(key)) + "="));
        return prefixes;
    }

    /** The names, in the order of the study's cells. */
    public List<String> names() {
        return List.copyOf(byName.keySet());
    }

    /** The axis of the study that {@code key} means: {@code norm} or {@code model.norm}; several where the short form is not clear, none where there is no such axis. */
    List<String> axes(String key) {
        return prefixes.containsKey(key) ? List.of(key) : prefixes.keySet().stream().filter(axis -> last(axis).equals(key)).toList();
    }

    /** The names of the variants that have the value {@code label} on each of these axes. */
    List<String> at(Map<String, String> place) {
        List<String> names = new ArrayList<>();
        byName.forEach((name, cell) -> {
            if (place.entrySet().stream().allMatch(entry -> Values.label(cell.vary().get(entry.getKey())).equals(entry.getValue()))) {
                names.add(name);
            }
        });
        return names;
    }

    private static String last(String key) {
        return key.substring(key.indexOf('.') + 1);
    }
}
