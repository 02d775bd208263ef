package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Readable names for the points of a grid that are safe as file names on every system: {@code placement=post,warmup=125}. Keys lose their
 * section unless two would then be the same; values lose characters that a file system may refuse.
 */
final class TrialIds {

    private static final int LONGEST_VALUE = 40;
    private static final int LONGEST = 160;

    private final Map<String, String> keys = new LinkedHashMap<>();
    private final Map<String, Map<Object, String>> values = new LinkedHashMap<>();

    TrialIds(Study study) {
        Set<String> taken = new HashSet<>();
        boolean clash = !study.vary().keySet().stream().allMatch(key -> taken.add(last(key)));
        study.axes().forEach((key, listed) -> {
            keys.put(key, key.equals(Study.VARIANTS) ? "" : (clash ? key : last(key)) + "=");
            values.put(key, names(listed));
        });
        tuned(study.tune().over());
        study.tune().instead().values().forEach(this::tuned);
    }

    private void tuned(Map<String, List<Object>> grid) {
        grid.forEach((key, listed) -> {
            keys.putIfAbsent(key, key + "=");
            List<Object> all = new ArrayList<>(values.getOrDefault(key, Map.of()).keySet());
            listed.stream().filter(value -> !all.contains(value)).forEach(all::add);
            values.put(key, names(all));
        });
    }

    /** The id of the variant numbered {@code number}, from 1, at {@code point}. */
    String variant(Map<String, Object> point, int number) {
        if (point.isEmpty()) {
            return "default";
        }
        String id = point.entrySet().stream()
                .map(entry -> keys.get(entry.getKey()) + values.get(entry.getKey()).get(entry.getValue()))
                .collect(Collectors.joining(","));
        return id.length() <= LONGEST ? id : "variant-" + number;
    }

    /** The id of a trial that tunes {@code variant}: the one numbered {@code number}, from 1, of those that do. */
    String tuning(String variant, Map<String, Object> tried, int number) {
        String id = Text.format("tune-%s,%s", variant, variant(tried, number));
        return id.length() <= LONGEST ? id : Text.format("tune-%s,%d", variant, number);
    }

    private static String last(String key) {
        return key.substring(key.indexOf('.') + 1);
    }

    private static Map<Object, String> names(List<Object> listed) {
        List<String> safe = new ArrayList<>();
        for (Object value : listed) {
            safe.add(safe(Values.label(value)));
        }
        // case too: some file systems do not tell A from a
        boolean clash = safe.stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().count() < safe.size();
        Map<Object, String> names = new LinkedHashMap<>();
        for (int i = 0; i < safe.size(); i++) {
            names.put(listed.get(i), clash ? safe.get(i) + "_" + (i + 1) : safe.get(i));
        }
        return names;
    }

    private static String safe(String label) {
        String word = label.substring(Math.max(label.lastIndexOf('/'), label.lastIndexOf('\\')) + 1) // a path by its last part
                .replaceAll("[\\[\\]]", "")
                .replaceAll("[^A-Za-z0-9._+-]+", "-")
                .replaceAll("^[.-]+(?![0-9])|[.-]+$", "");
        String bounded = word.length() <= LONGEST_VALUE ? word : word.substring(0, LONGEST_VALUE);
        return bounded.isEmpty() ? "value" : bounded;
    }
}
