package io.fluxo.experiments.inspect.instrument;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Layer;
import io.fluxo.layer.norm.BatchNorm;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.norm.NoNorm;
import io.fluxo.layer.norm.RmsNorm;
import java.util.Arrays;
import java.util.Optional;

/**
 * A norm whose σ is held at its value in one run. It is affine then, position by position: γ ⊙ (v − mean(v)) / σ + β, so that what stands in the stream is carried
 * through it term by term, and β is a term of its own.
 *
 * @param path    of the norm
 * @param centres whether the mean over the features is taken off
 * @param inverse 1/σ at each position
 * @param gain    γ
 * @param offset  β
 */
record FrozenNorm(String path, boolean centres, double[] inverse, double[] gain, double[] offset) {

    /**
     * {@code layer} as it is where {@code input} enters it; empty where it is not affine even then.
     *
     * @param input [pos d]
     */
    static Optional<FrozenNorm> of(Layer layer, double[][] input, Backend backend) {
        int width = input[0].length;
        Weights weights = new Weights(layer, backend);
        double[] ones = filled(width, 1);
        double[] zeros = new double[width];
        return switch (layer) {
            case LayerNorm norm -> Optional.of(new FrozenNorm(layer.path(), true, Arrays.stream(input).mapToDouble(v -> 1 / Math.sqrt(variance(v) + norm.eps())).toArray(),
                    weights.get("w").orElse(ones), weights.get("b").orElse(zeros)));
            case RmsNorm norm -> Optional.of(new FrozenNorm(layer.path(), false, Arrays.stream(input).mapToDouble(v -> 1 / Math.sqrt(meanSquare(v) + norm.eps())).toArray(),
                    weights.get("w").orElse(ones), zeros));
            case BatchNorm norm -> Optional.of(ofRunningStatistics(norm, weights, input.length, width));
            case NoNorm _ -> Optional.of(new FrozenNorm(layer.path(), false, filled(input.length, 1), ones, zeros));
            default -> Optional.empty();
        };
    }

    /** In evaluation mean and variance are fixed numbers: nothing has to be held. */
    private static FrozenNorm ofRunningStatistics(BatchNorm norm, Weights weights, int positions, int width) {
        double[] gain = weights.get("w").orElse(filled(width, 1)).clone();
        double[] offset = weights.get("b").orElse(new double[width]).clone();
        double[] mean = weights.get("running_mean").orElseThrow();
        double[] variance = weights.get("running_var").orElseThrow();
        for (int c = 0; c < width; c++) {
            gain[c] /= Math.sqrt(variance[c] + norm.eps());
            offset[c] -= mean[c] * gain[c];
        }
        return new FrozenNorm(norm.path(), false, filled(positions, 1), gain, offset);
    }

    private record Weights(Layer layer, Backend backend) {
        Optional<double[]> get(String name) {
            return layer.cells().stream().filter(cell -> cell.name().equals(layer.path() + "." + name)).findFirst().map(Cell::value)
                    .map(value -> backend.download(value).toDoubles());
        }
    }

    /** The linear part of what becomes of {@code v} at {@code position}. */
    double[] carry(int position, double[] v) {
        double mean = centres ? mean(v) : 0;
        double[] carried = new double[v.length];
        Arrays.setAll(carried, c -> gain[c] * (v[c] - mean) * inverse[position]);
        return carried;
    }

    /** The transposed: direction · carry(v) = pullBack(direction) · v. */
    double[] pullBack(int position, double[] direction) {
        double[] scaled = new double[direction.length];
        Arrays.setAll(scaled, c -> gain[c] * direction[c] * inverse[position]);
        double mean = centres ? mean(scaled) : 0;
        Arrays.setAll(scaled, c -> scaled[c] - mean);
        return scaled;
    }

    Origin.Constant constant() {
        return new Origin.Constant(path);
    }

    private static double[] filled(int size, double value) {
        double[] values = new double[size];
        Arrays.fill(values, value);
        return values;
    }

    private static double mean(double[] v) {
        return Arrays.stream(v).average().orElse(0);
    }

    private static double variance(double[] v) {
        double mean = mean(v);
        return Arrays.stream(v).map(x -> (x - mean) * (x - mean)).average().orElse(0);
    }

    private static double meanSquare(double[] v) {
        return Arrays.stream(v).map(x -> x * x).average().orElse(0);
    }
}
