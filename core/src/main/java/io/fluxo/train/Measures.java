package io.fluxo.train;

import static io.fluxo.train.Evidence.Kind.GRADIENTS;
import static io.fluxo.train.Evidence.Kind.STREAM;
import static io.fluxo.train.Evidence.Kind.STREAM_GRADIENTS;
import static io.fluxo.train.Evidence.Kind.WEIGHTS_AFTER;
import static io.fluxo.train.Evidence.Kind.WEIGHTS_BEFORE;

import io.fluxo.layer.Parameter;
import io.fluxo.model.LanguageModel;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The measures that come with Fluxo. All compute in double precision. */
public final class Measures {

    /** ‖∂L/∂W‖ over all parameters of a block, by block. */
    public static final Measure PARAM_GRAD_NORM_BY_LAYER = new BuiltIn("param_grad_norm_by_layer", Set.of(GRADIENTS),
            evidence -> evidence.layers().stream().mapToDouble(layer -> gradientNorm(layer, evidence)).toArray());

    /** ‖∂L/∂x_l‖ over the whole batch, at x_0 … x_L. */
    public static final Measure STREAM_GRAD_NORM_BY_LAYER = new BuiltIn("stream_grad_norm_by_layer", Set.of(STREAM_GRADIENTS),
            evidence -> each(evidence.of(STREAM_GRADIENTS), gradient -> Math.sqrt(gradient.sumOfSquares())));

    /** ‖x_l‖ of a token, averaged over tokens, at x_0 … x_L. */
    public static final Measure STREAM_NORM_BY_LAYER = new BuiltIn("stream_norm_by_layer", Set.of(STREAM),
            evidence -> each(evidence.of(STREAM), Measures::meanRowNorm));

    /** ‖Δw‖/‖w‖ of this step, by matrix in the model's order. */
    public static final Measure UPDATE_RATIO = new BuiltIn("update_ratio", Set.of(WEIGHTS_BEFORE, WEIGHTS_AFTER),
            evidence -> updateRatios(evidence.of(WEIGHTS_BEFORE), evidence.of(WEIGHTS_AFTER)), Measures::matrices);

    /** Mean cosine of two different tokens of a sequence, at x_0 … x_L. */
    public static final Measure TOKEN_SIMILARITY = new BuiltIn("token_similarity", Set.of(STREAM),
            evidence -> each(evidence.of(STREAM), Measures::meanCosine));

    /** All of them, in the order in which they are written. */
    public static final List<Measure> BUILT_IN =
            List.of(PARAM_GRAD_NORM_BY_LAYER, STREAM_GRAD_NORM_BY_LAYER, STREAM_NORM_BY_LAYER, UPDATE_RATIO, TOKEN_SIMILARITY);

    private Measures() {}

    private record BuiltIn(String label, Set<Evidence.Kind> needs, Function<Evidence, double[]> body, Function<LanguageModel, List<String>> names) implements Measure {

        /** Whose figures are those of layers. */
        BuiltIn(String label, Set<Evidence.Kind> needs, Function<Evidence, double[]> body) {
            this(label, needs, body, _ -> List.of());
        }

        @Override
        public double[] figures(Evidence evidence) {
            return body.apply(evidence);
        }

        @Override
        public List<String> labels(LanguageModel model) {
            return names.apply(model);
        }

        @Override
        public String toString() {
            return label;
        }
    }

    private static double[] each(List<HostArray> arrays, ToDoubleFunction<HostArray> figure) {
        return arrays.stream().mapToDouble(figure).toArray();
    }

    private static double gradientNorm(String layer, Evidence evidence) {
        String prefix = layer + ".";
        List<HostArray> gradients = evidence.of(GRADIENTS);
        return Math.sqrt(IntStream.range(0, gradients.size()).filter(i -> evidence.parameters().get(i).startsWith(prefix))
                .mapToDouble(i -> gradients.get(i).sumOfSquares()).sum());
    }

    private static List<String> matrices(LanguageModel model) {
        return model.parameters().stream().filter(parameter -> parameter.shape().rank() >= 2).map(Parameter::name).toList();
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
