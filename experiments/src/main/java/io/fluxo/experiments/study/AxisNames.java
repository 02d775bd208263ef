package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Values;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the values on a study's axes are shown: as they were written. A path is shown by the shortest end of it that tells it apart from the others
 * on its axis, since what it begins with may be long, and is often the same for all.
 */
public final class AxisNames {

    private static final Set<String> PATHS = Set.of("task.corpus", "task.file", "model.init_from");

    private final Map<String, Map<Object, String>> names = new LinkedHashMap<>();

    /** @param axes key → values */
    public AxisNames(Map<String, List<Object>> axes) {
        axes.forEach((key, values) -> names.put(key, PATHS.contains(key) ? ends(values) : written(values)));
    }

    /** How {@code value}, one of those on the axis {@code key}, is shown. */
    public String of(String key, Object value) {
        return names.get(key).get(value);
    }

    private static Map<Object, String> written(List<Object> values) {
        Map<Object, String> written = new LinkedHashMap<>();
        values.forEach(value -> written.put(value, Values.label(value)));
        return written;
    }

    private static Map<Object, String> ends(List<Object> paths) {
        Map<Object, String> ends = new LinkedHashMap<>();
        paths.forEach(path -> ends.put(path, end((String) path, paths)));
        boolean distinct = new HashSet<>(ends.values()).size() == paths.size(); // not so where two differ in their separators alone
        return distinct ? ends : written(paths);
    }

    private static String end(String path, List<Object> among) {
        for (int begin = separator(path, path.length() - 1); begin > 0; begin = separator(path, begin - 1)) {
            String end = path.substring(begin + 1);
            boolean another = among.stream().map(String.class::cast).anyMatch(other -> !other.equals(path) && endsWith(other, end));
            if (!another && !end.isEmpty() && separator(end, 0) != 0) { // an end that a reader takes for a path of its own
                return end;
            }
        }
        return path;
    }

    private static boolean endsWith(String path, String end) {
        return path.equals(end) || path.endsWith("/" + end) || path.endsWith("\\" + end);
    }

    /** Where the last separator at or before {@code from} is; −1 for none. */
    private static int separator(String path, int from) {
        return Math.max(path.lastIndexOf('/', from), path.lastIndexOf('\\', from));
    }
}
