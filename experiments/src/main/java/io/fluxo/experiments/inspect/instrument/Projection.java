package io.fluxo.experiments.inspect.instrument;

import io.fluxo.block.Branch;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How a sub-layer's last projection makes what it returns: inputs · W + b, W being W_O or W_out.
 *
 * @param point  the hook point of the inputs
 * @param heads  how many heads the inputs consist of; 1 where they are no heads
 * @param inputs [pos in]
 * @param weight [in d_model], row-major
 * @param bias   [d_model], by its name
 */
record Projection(String point, int heads, double[][] inputs, double[] weight, Optional<Bias> bias) {

    record Bias(String name, double[] values) {}

    /** The last value within the sub-layer whose product with W, plus b, is what the sub-layer returned; empty where none is. */
    static Optional<Projection> of(Inspected subject, Weights weights, Recording run, int layer, Branch.Kind kind) {
        String block = subject.model().blocks().get(layer).path() + ".";
        String path = block + switch (kind) {
            case ATTENTION -> "attn.";
            case NETWORK -> "mlp.";
        };
        String name = switch (kind) {
            case ATTENTION -> "O";
            case NETWORK -> "out";
        };
        Optional<double[]> weight = weights.find(path + "W_" + name);
        if (weight.isEmpty()) {
            return Optional.empty();
        }
        Optional<Bias> bias = weights.find(path + "b_" + name).map(values -> new Bias(path + "b_" + name, values));
        double[][] result = run.rowsAt(block + subject.model().blocks().get(layer).contract().orElseThrow().branch(kind).result());
        List<String> points = new ArrayList<>(run.values().keySet().stream().filter(point -> point.startsWith(path)).toList());
        for (String point : points.reversed()) {
            double[][] inputs = run.rowsAt(point);
            if (inputs.length == result.length && inputs[0].length * result[0].length == weight.get().length) {
                int heads = run.at(point).shape().rank() == 4 ? run.at(point).shape().size(2) : 1;
                Projection found = new Projection(point, heads, inputs, weight.get(), bias);
                if (Exactness.of(subject).same(found.products(), result)) {
                    return Optional.of(found);
                }
            }
        }
        return Optional.empty();
    }

    private double[][] products() {
        return Arrays.stream(inputs).map(this::product).toArray(double[][]::new);
    }

    private double[] product(double[] input) {
        int width = weight.length / input.length;
        double[] product = bias.map(one -> one.values.clone()).orElse(new double[width]);
        for (int k = 0; k < input.length; k++) {
            for (int c = 0; c < width; c++) {
                product[c] += input[k] * weight[k * width + c];
            }
        }
        return product;
    }

    /** What {@code direction} reads of each input: W · direction. */
    double[] readings(double[] direction) {
        double[] readings = new double[weight.length / direction.length];
        for (int k = 0; k < readings.length; k++) {
            for (int c = 0; c < direction.length; c++) {
                readings[k] += weight[k * direction.length + c] * direction[c];
            }
        }
        return readings;
    }

    static String against(Inspected subject, int layer, Branch.Kind kind) {
        return Text.format("no value within %s.%s, times its %s, makes what it returns", subject.model().blocks().get(layer).path(), kind == Branch.Kind.ATTENTION ? "attn" : "mlp",
                kind == Branch.Kind.ATTENTION ? "W_O" : "W_out");
    }
}
