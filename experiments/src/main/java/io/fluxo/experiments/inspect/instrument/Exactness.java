package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How far a sum of terms may be from what the model computed: rounding alone lies between.
 *
 * @param relative to the largest of the numbers compared
 */
record Exactness(double relative) {

    /** Why sums of this model's values cannot be told from rounding; empty where they can. */
    static Optional<String> against(Inspected subject) {
        DType dtype = dtype(subject);
        return dtype == DType.F32 || dtype == DType.F64 ? Optional.empty()
                : Optional.of(Text.format("its values are %s, whose roundings are too coarse for sums of terms: load it as f32 or f64",
                dtype.label()));
    }

    static Exactness of(Inspected subject) {
        return new Exactness(dtype(subject) == DType.F64 ? 1e-10 : 1e-5);
    }

    private static DType dtype(Inspected subject) {
        return subject.model().parameters().getFirst().value().dtype();
    }

    /** The largest difference, relative to the largest number of {@code expected}. */
    static double difference(double[][] found, double[][] expected) {
        double largest = Arrays.stream(expected).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            for (int c = 0; c < expected[i].length; c++) {
                difference = Math.max(difference, Math.abs(found[i][c] - expected[i][c]));
            }
        }
        return difference == 0 ? 0 : difference / largest;
    }

    boolean holds(double difference) {
        return difference <= relative;
    }

    boolean same(double[][] found, double[][] expected) {
        return Stream.of(found).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite) && holds(difference(found, expected));
    }
}
