package io.fluxo.experiments.study.plan;

import io.fluxo.experiments.spec.FileKeys;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.VariantNames;
import io.fluxo.setting.Values;
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
 * The names of a study's variants, as they are shown and as folders. What is shown says values as they were written; a folder's name is made of
 * them too, but is safe on every system: it loses characters that a file system may refuse, and two of them differ in more than their case.
 */
final class TrialIds {

    private static final int LONGEST_VALUE = 40;

    /**
     * A variant's names.
     *
     * @param shown  in tables, reports and results; one of its kind
     * @param folder begins the names of its trials' folders; one of its kind, whatever the case
     */
    record Name(String shown, String folder) {}

    private final Map<String, String> keys = new LinkedHashMap<>();
    private final Map<String, Map<Object, String>> folders = new LinkedHashMap<>();
    private final List<Name> variants = new ArrayList<>();

    TrialIds(Study study) {
        VariantNames names = VariantNames.of(study);
        keys.putAll(names.prefixes());
        study.axes().forEach((key, listed) -> folders.put(key, folders(listed, listed.stream().map(Values::label).toList())));
        study.cells().stream().map(Study.Cell::variant).distinct().forEach(variant -> tuned(study, study.tune().grid(variant)));
        names.byName().forEach((shown, cell) -> variants.add(new Name(shown, folder(cell.vary(), shown, variants.size() + 1))));
    }

    private void tuned(Study study, Map<String, List<Object>> grid) {
        grid.forEach((key, listed) -> {
            keys.putIfAbsent(key, key + "=");
            List<Object> all = new ArrayList<>(folders.getOrDefault(key, Map.of()).keySet());
            listed.stream().filter(value -> !all.contains(value)).forEach(all::add);
            folders.put(key, folders(all, FileKeys.shown(study.key(key), all).stream().map(Values::label).toList()));
        });
    }

    /** The folder's name of the variant numbered {@code number} at {@code point}. */
    private String folder(Map<String, Object> point, String shown, int number) {
        String folder = point.isEmpty() ? shown : folder(point);
        return folder.length() <= VariantNames.LONGEST ? folder : Text.format("variant%s%d", VariantNames.APART, number);
    }

    private String folder(Map<String, Object> point) {
        return point.entrySet().stream().map(entry -> keys.get(entry.getKey()) + folder(entry.getKey(), entry.getValue())).collect(Collectors.joining(","));
    }

    /** A number that no list has is named as it would be written. */
    private String folder(String key, Object value) {
        return folders.get(key).getOrDefault(value, safe(Values.label(value)));
    }

    /** The names of the variant numbered {@code number}, from 1, in the order of the study's cells. */
    Name variant(int number) {
        return variants.get(number - 1);
    }

    /** The id of a trial that tunes {@code variant}: the one numbered {@code number}, from 1, of those that do. */
    String tuning(Name variant, Map<String, Object> tried, int number) {
        String id = Text.format("tune-%s,%s", variant.folder, folder(tried));
        return id.length() <= VariantNames.LONGEST ? id : Text.format("tune-%s,%d", variant.folder, number);
    }

    /** The id of such a trial where a setting is trained several times, for ever more {@code steps}. */
    String tuning(Name variant, Map<String, Object> tried, int steps, int number) {
        String id = Text.format("tune-%s,%s,steps=%d", variant.folder, folder(tried), steps);
        return id.length() <= VariantNames.LONGEST ? id : tuning(variant, tried, number);
    }

    /** A folder's name for each of {@code values}: the first of those that are alike keeps it, the others are numbered. */
    private static Map<Object, String> folders(List<Object> values, List<String> shown) {
        Set<String> taken = new HashSet<>();
        Map<Object, String> names = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            String safe = safe(shown.get(i));
            String name = safe;
            for (int number = 2; !taken.add(name.toLowerCase(Locale.ROOT)); number++) { // some file systems do not tell A from a
                name = safe + VariantNames.APART + number;
            }
            names.put(values.get(i), name);
        }
        return names;
    }

    private static String safe(String label) {
        String word = label.replaceAll("[\\[\\]]", "").replaceAll("[^A-Za-z0-9._+-]+", "-").replaceAll("^[.-]+(?![0-9])|[.-]+$", "");
        String bounded = word.length() <= LONGEST_VALUE ? word : word.substring(0, LONGEST_VALUE);
        return bounded.isEmpty() ? "value" : bounded;
    }
}
