package io.fluxo.layer;

import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import java.util.Arrays;

/** Draws a parameter's initial values, in double precision on the host, so that every backend starts from the same ones. */
@FunctionalInterface
public interface Initializer {

    Initializer ZEROS = (shape, key) -> new double[shape.elements()];

    Initializer ONES = constant(1);

    /** Values for a known {@code shape}, row-major. */
    double[] sample(Shape shape, RandomKey key);

    /** What this draws, times {@code factor}. */
    default Initializer times(double factor) {
        return (shape, key) -> {
            double[] values = sample(shape, key);
            Arrays.setAll(values, i -> factor * values[i]);
            return values;
        };
    }

    /** The same number everywhere. */
    static Initializer constant(double value) {
        return (shape, key) -> {
            double[] values = new double[shape.elements()];
            Arrays.fill(values, value);
            return values;
        };
    }

    /** Independent N(0, std²). */
    static Initializer normal(double std) {
        return (shape, key) -> key.normals(shape.elements(), std);
    }

    /** Independent and uniform on [−bound, bound). */
    static Initializer uniform(double bound) {
        return (shape, key) -> {
            double[] values = new double[shape.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = bound * (2 * key.uniform(i) - 1);
            }
            return values;
        };
    }

    /** N(0, 2/(in + out)) for a matrix [in out] (Glorot and Bengio 2010, eq. 12 in its normal form). */
    static Initializer xavierNormal() {
        return (shape, key) -> normal(Math.sqrt(2.0 / (shape.size(0) + shape.size(1)))).sample(shape, key);
    }
}
