package io.fluxo.experiments.verify.sphere;

import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One token of a stream as a vector. */
record Token(double[] values) {

    /** Those of [1 pos d_model]. */
    static List<Token> of(HostArray stream) {
        int width = stream.shape().size(2);
        double[] all = stream.toDoubles();
        return IntStream.range(0, all.length / width).mapToObj(i -> new Token(Arrays.copyOfRange(all, i * width, (i + 1) * width))).toList();
    }

    double product(Token other) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i] * other.values[i]).sum();
    }

    double cosine(Token other) {
        return product(other) / Math.sqrt(product(this) * other.product(other));
    }

    /** Whether it has no direction. */
    boolean isZero() {
        return product(this) == 0;
    }
}
