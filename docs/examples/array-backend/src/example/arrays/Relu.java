package example.arrays;

import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** max(x, 0) in one pass; NaN stays NaN, and the derivative at 0 is 0. */
final class Relu {

    private Relu() {}

    static HostArray forward(HostArray x) {
        return HostArray.of(x.shape(), x.dtype(), Arrays.stream(x.toDoubles()).map(value -> value <= 0 ? 0 : value).toArray());
    }

    static HostArray backward(HostArray x, HostArray gradient) {
        double[] in = x.toDoubles();
        double[] out = gradient.toDoubles().clone();
        for (int i = 0; i < out.length; i++) {
            out[i] = in[i] <= 0 ? 0 : out[i];
        }
        return HostArray.of(x.shape(), x.dtype(), out);
    }
}
