package io.fluxo.experiments.study.trial;

import io.fluxo.experiments.file.Json;
import io.fluxo.train.Measures;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A trial's metrics, read back.
 *
 * @param loss       the training loss of step i + 1; NaN where it was not finite
 * @param validation step → validation loss
 * @param byLayer    measure → step → values from the first layer to the last
 */
public record Curves(double[] loss, SortedMap<Integer, Double> validation, Map<String, SortedMap<Integer, double[]>> byLayer) {

    public static final Curves EMPTY = new Curves(new double[0], new TreeMap<>(), Map.of());

    /** Reads {@code metrics.jsonl}; a last line that was cut off is left out. */
    public static Curves read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return EMPTY;
        }
        List<Double> loss = new ArrayList<>();
        SortedMap<Integer, Double> validation = new TreeMap<>();
        Map<String, SortedMap<Integer, double[]>> byLayer = new LinkedHashMap<>();
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode node;
                try {
                    node = Json.parse(line);
                } catch (JacksonException e) {
                    break;
                }
                int step = node.path("step").asInt(loss.size() + 1);
                loss.add(number(node.path("loss")));
                if (node.has("validation_loss")) {
                    validation.put(step, number(node.path("validation_loss")));
                }
                node.properties().stream().filter(entry -> entry.getValue().isArray())
                        .forEach(entry -> byLayer.computeIfAbsent(entry.getKey(), _ -> new TreeMap<>()).put(step, numbers(entry.getValue())));
            }
        }
        return new Curves(loss.stream().mapToDouble(Double::doubleValue).toArray(), validation, byLayer);
    }

    /** Without what was measured at other steps than {@code trial} measures at: it may have gone on from a shorter one. */
    public Curves measuredBy(Trial trial) {
        Map<String, SortedMap<Integer, double[]>> kept = new LinkedHashMap<>();
        byLayer.forEach((measure, steps) -> {
            SortedMap<Integer, double[]> own = new TreeMap<>(steps);
            own.keySet().removeIf(step -> !trial.measuredAt(step));
            kept.put(measure, own);
        });
        return new Curves(loss, validation, kept);
    }

    /**
     * By how much the gradient of the stream differs from layer to layer: the largest of ‖∂L/∂x_0‖ … ‖∂L/∂x_L‖ divided by the least, as the
     * geometric mean over the steps at which it was measured. 1 where it flows evenly; infinite where it vanishes somewhere; empty where it was
     * not measured.
     */
    public OptionalDouble streamGradientSpread() {
        return streamGradients().mapToDouble(row -> StrictMath.log(spread(row))).average().stream().map(StrictMath::exp).findFirst();
    }

    /** The same at the first step alone: of the model as it was drawn. */
    public OptionalDouble streamGradientSpreadAtStart() {
        return streamGradients().mapToDouble(Curves::spread).findFirst();
    }

    private Stream<double[]> streamGradients() {
        return byLayer.getOrDefault(Measures.STREAM_GRAD_NORM_BY_LAYER.label(), Collections.emptySortedMap()).values().stream().filter(row -> row.length > 1);
    }

    private static double spread(double[] row) {
        return Arrays.stream(row).max().orElseThrow() / Arrays.stream(row).min().orElseThrow();
    }

    private static double[] numbers(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(array.get(i));
        }
        return values;
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.NaN;
    }
}
