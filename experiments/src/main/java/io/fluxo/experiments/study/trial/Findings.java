package io.fluxo.experiments.study.trial;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a trial measured of its trained model besides the loss.
 *
 * @param figures name in snake_case → one number: {@code accuracy}
 * @param curves  values along axes
 */
public record Findings(Map<String, Double> figures, List<AxisCurve> curves) {

    public static final Findings NONE = new Findings(Map.of(), List.of());

    public Findings {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
        curves = List.copyOf(curves);
    }

    /** One place of the curve {@code measure}; NaN where there is no such curve, or it has no such place. */
    public double at(String measure, double place) {
        return curves.stream().filter(curve -> curve.measure().equals(measure) && curve.at().contains(place)).findFirst()
                .map(curve -> curve.values().get(curve.at().indexOf(place))).orElse(Double.NaN);
    }

    public Findings with(String name, double value) {
        Map<String, Double> more = new LinkedHashMap<>(figures);
        more.put(name, value);
        return new Findings(more, curves);
    }

    public Findings with(AxisCurve curve) {
        List<AxisCurve> more = new ArrayList<>(curves);
        more.add(curve);
        return new Findings(figures, more);
    }
}
