package io.fluxo.experiments.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists of values under keys, multiplied out. */
public final class Grid {

    private Grid() {}

    /** Number of points; saturates. */
    static long size(Map<String, List<Object>> axes) {
        long count = 1;
        for (List<Object> values : axes.values()) {
            count = Math.min(Integer.MAX_VALUE, count * values.size());
        }
        return count;
    }

    /** The points, the first key slowest; one empty point where there are no axes. */
    public static List<Map<String, Object>> points(Map<String, List<Object>> axes) {
        List<Map<String, Object>> points = List.of(Map.of());
        for (Map.Entry<String, List<Object>> axis : axes.entrySet()) {
            List<Map<String, Object>> wider = new ArrayList<>();
            for (Map<String, Object> point : points) {
                for (Object value : axis.getValue()) {
                    Map<String, Object> next = new LinkedHashMap<>(point);
                    next.put(axis.getKey(), value);
                    wider.add(next);
                }
            }
            points = wider;
        }
        return points;
    }
}
