package io.fluxo.train;

import io.fluxo.layer.Parameter;
import io.fluxo.model.LanguageModel;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.HostArray;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Turns a step's tensors into figures by layer, in double precision on the host. */
final class Measurements {

    private final List<String> layers;
    private final List<Parameter> parameters;
    private final Set<String> streamPoints;

    Measurements(LanguageModel model) {
        layers = model.layerPaths();
        parameters = model.parameters();
        streamPoints = Set.copyOf(model.streamPoints());
    }

    /**
     * A step's tensors on the host.
     *
     * @param gradients       one for each parameter
     * @param stream          x_0 … x_L
     * @param streamGradients ∂L/∂x_0 … ∂L/∂x_L
     * @param weights         the parameters before the update
     */
    record Evidence(List<HostArray> gradients, List<HostArray> stream, List<HostArray> streamGradients, List<HostArray> weights) {}

    /** A cache that holds x_0 … x_L after a pass. */
    Cache stream() {
        return new Cache(point -> streamPoints.contains(point.name()));
    }

    /** @param after the parameters after the update */
    Map<Measure, double[]> of(Set<Measure> measures, Evidence evidence, List<HostArray> after) {
        Map<Measure, double[]> found = new EnumMap<>(Measure.class);
        for (Measure measure : measures) {
            found.put(measure, switch (measure) {
                case PARAM_GRAD_NORM_BY_LAYER -> layers.stream().mapToDouble(layer -> gradientNorm(layer, evidence.gradients)).toArray();
                case STREAM_GRAD_NORM_BY_LAYER -> each(evidence.streamGradients, gradient -> Math.sqrt(gradient.sumOfSquares()));
                case STREAM_NORM_BY_LAYER -> each(evidence.stream, Measurements::meanRowNorm);
                case UPDATE_RATIO -> updateRatios(evidence.weights, after);
                case TOKEN_SIMILARITY -> each(evidence.stream, Measurements::meanCosine);
            });
        }
        return found;
    }

    private static double[] each(List<HostArray> arrays, ToDoubleFunction<HostArray> figure) {
        return arrays.stream().mapToDouble(figure).toArray();
    }

    private double gradientNorm(String layer, List<HostArray> gradients) {
        String prefix = layer + ".";
        return Math.sqrt(IntStream.range(0, parameters.size()).filter(i -> parameters.get(i).name().startsWith(prefix))
                .mapToDouble(i -> gradients.get(i).sumOfSquares()).sum());
    }

    private static double[] updateRatios(List<HostArray> before, List<HostArray> after) {
        return IntStream.range(0, before.size()).filter(i -> before.get(i).shape().rank() >= 2).mapToDouble(i -> {
            double[] old = before.get(i).toDoubles();
            double[] updated = after.get(i).toDoubles();
            double change = 0;
            double size = 0;
            for (int k = 0; k < old.length; k++) {
                change += (updated[k] - old[k]) * (updated[k] - old[k]);
                size += old[k] * old[k];
            }
            return Math.sqrt(change / size);
        }).toArray();
    }

    private static double meanRowNorm(HostArray stream) {
        double[] values = stream.toDoubles();
        int width = stream.shape().size(-1);
        double sum = 0;
        for (int row = 0; row < values.length; row += width) {
            sum += norm(values, row, width);
        }
        return sum / (values.length / width);
    }

    /** The mean over sequences of the mean cosine of two different rows, by (‖Σu‖² − n)/(n(n − 1)) for unit rows u. */
    private static double meanCosine(HostArray stream) {
        double[] values = stream.toDoubles();
        Shape shape = stream.shape();
        int sequences = shape.size(0);
        int n = shape.size(1);
        int width = shape.size(2);
        double mean = 0;
        for (int s = 0; s < sequences; s++) {
            double[] sum = new double[width];
            for (int row = 0; row < n; row++) {
                int start = (s * n + row) * width;
                double norm = norm(values, start, width);
                for (int i = 0; i < width; i++) {
                    sum[i] += values[start + i] / norm;
                }
            }
            double square = norm(sum, 0, width) * norm(sum, 0, width);
            mean += (square - n) / ((double) n * (n - 1)) / sequences;
        }
        return mean;
    }

    private static double norm(double[] values, int start, int width) {
        double sum = 0;
        for (int i = start; i < start + width; i++) {
            sum += values[i] * values[i];
        }
        return Math.sqrt(sum);
    }
}
