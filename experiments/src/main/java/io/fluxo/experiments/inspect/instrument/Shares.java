package io.fluxo.experiments.inspect.instrument;

import java.util.LinkedHashMap;
import java.util.Map;

/** What each origin has in a number, gathered piece by piece. */
final class Shares {

    private final Map<Origin, Double> values = new LinkedHashMap<>();

    void add(Origin origin, double value) {
        values.merge(origin, value, Double::sum);
    }

    Map<Origin, Double> values() {
        return values;
    }
}
