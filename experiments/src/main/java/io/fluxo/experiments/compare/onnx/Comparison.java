package io.fluxo.experiments.compare.onnx;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Optional;

/**
 * What one output differs by.
 *
 * @param fault  the first element that is not as expected, with what came and what was expected; empty where all are
 * @param maxAbs largest difference of floating values
 * @param maxRel largest difference in relation to what was expected, where that is not 0
 */
record Comparison(Optional<String> fault, double maxAbs, double maxRel) {

    /** The standard's own tolerance: |got − expected| ≤ ATOL + RTOL·|expected|. */
    private static final double RTOL = 1e-3;
    private static final double ATOL = 1e-5;

    static Comparison of(String output, HostArray got, HostArray expected) {
        String name = "output " + Shown.name(output);
        if (got.dtype() != expected.dtype() || !got.shape().equals(expected.shape())) {
            return new Comparison(Optional.of(Text.format("%s: got %s of %s, expected %s of %s", name, got.shape(), got.dtype().label(), expected.shape(),
                    expected.dtype().label())), 0, 0);
        }
        return got.dtype().isFloating() ? reals(name, got, expected) : exactly(name, got, expected);
    }

    private static Comparison exactly(String name, HostArray got, HostArray expected) {
        int first = -1;
        int wrong = 0;
        for (int i = 0; i < got.elements(); i++) {
            if (!Array.get(got.array(), i).equals(Array.get(expected.array(), i))) {
                first = wrong++ == 0 ? i : first;
            }
        }
        return new Comparison(fault(name, got, expected, first, wrong), 0, 0);
    }

    private static Comparison reals(String name, HostArray got, HostArray expected) {
        double[] came = got.toDoubles();
        double[] right = expected.toDoubles();
        double maxAbs = 0;
        double maxRel = 0;
        int first = -1;
        int wrong = 0;
        for (int i = 0; i < came.length; i++) {
            if (came[i] == right[i] || Double.isNaN(came[i]) && Double.isNaN(right[i])) {
                continue;
            }
            double difference = Math.abs(came[i] - right[i]);
            boolean isNear = difference <= ATOL + RTOL * Math.abs(right[i]) && Double.isFinite(right[i]);
            first = !isNear && wrong++ == 0 ? i : first;
            maxAbs = Math.max(maxAbs, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            maxRel = right[i] == 0 ? maxRel : Math.max(maxRel, Double.isFinite(difference) ? difference / Math.abs(right[i]) : Double.POSITIVE_INFINITY);
        }
        return new Comparison(fault(name, got, expected, first, wrong), maxAbs, maxRel);
    }

    private static Optional<String> fault(String name, HostArray got, HostArray expected, int first, int wrong) {
        if (wrong == 0) {
            return Optional.empty();
        }
        String more = wrong == 1 ? "" : Text.format(", and %,d more of %,d", wrong - 1, got.elements());
        return Optional.of(Text.format("%s, element %s: got %s, expected %s%s", name, Arrays.toString(position(got.shape(), first)), Array.get(got.array(), first),
                Array.get(expected.array(), first), more));
    }

    /** The index along each axis of element {@code flat}. */
    private static int[] position(Shape shape, int flat) {
        int[] strides = shape.strides();
        int[] position = new int[strides.length];
        int rest = flat;
        for (int axis = 0; axis < strides.length; axis++) {
            position[axis] = rest / strides[axis];
            rest %= strides[axis];
        }
        return position;
    }
}
