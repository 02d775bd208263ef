package io.fluxo.experiments.compare.drift;

import io.fluxo.tensor.HostArray;
import java.util.List;

/** ‖a − b‖/‖b‖ of several tensors together. */
final class Distance {

    private Distance() {}

    static double of(List<HostArray> a, List<HostArray> b) {
        double apart = 0;
        double size = 0;
        for (int i = 0; i < a.size(); i++) {
            double[] left = a.get(i).toDoubles();
            double[] right = b.get(i).toDoubles();
            for (int j = 0; j < left.length; j++) {
                apart += (left[j] - right[j]) * (left[j] - right[j]);
                size += right[j] * right[j];
            }
        }
        return Math.sqrt(apart / size);
    }
}
