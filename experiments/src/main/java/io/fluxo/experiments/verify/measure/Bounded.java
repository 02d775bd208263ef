package io.fluxo.experiments.verify.measure;

import io.fluxo.tensor.DType;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * A vector computed in float64 together with a bound on how far a correct computation in another type may be from it: running error analysis
 * (Higham 2002, section 3.3). So the tolerance follows from the numbers at hand, large or small, and not from taste.
 *
 * @param value what the equation gives
 * @param error how far from it a computation with unit roundoff {@code unit} may be
 * @param unit  of the type that is examined, with a small factor for order of summation and elementary functions
 */
public record Bounded(double[] value, double[] error, double unit) {

    /** Beyond this relative uncertainty of a root or an exponent nothing can be said any more. */
    private static final double LARGEST_UNCERTAINTY = 0.1;

    public static double unit(DType dtype) {
        return 4 * switch (dtype) {
            case F64 -> 0x1p-53;
            case F32 -> 0x1p-24;
            case BF16 -> 0x1p-8;
            case I32, I64, BOOL -> throw new IllegalArgumentException(dtype + " does not round");
        };
    }

    /** Values as they were recorded. */
    public static Bounded exact(double[] value, DType dtype) {
        return new Bounded(value, new double[value.length], unit(dtype));
    }

    public Bounded plus(Bounded other) {
        return make((i, out) -> {
            out[0] = value[i] + other.value[i];
            out[1] = error[i] + other.error[i] + unit * Math.abs(out[0]);
        }, value.length);
    }

    /** xW + b; {@code bias} may be null. */
    public Bounded affine(HostMatrix weight, double[] bias) {
        return make((j, out) -> {
            double magnitude = bias == null ? 0 : Math.abs(bias[j]);
            out[0] = bias == null ? 0 : bias[j];
            for (int i = 0; i < value.length; i++) {
                double product = value[i] * weight.at(i, j);
                out[0] += product;
                out[1] += error[i] * Math.abs(weight.at(i, j));
                magnitude += Math.abs(product);
            }
            out[1] += (value.length + 1) * unit * magnitude;
        }, weight.columns());
    }

    /** A function whose slope is at most 1.13 in size and which is at most as large as its argument, as ReLU and GELU. */
    public Bounded activated(DoubleUnaryOperator function) {
        return make((i, out) -> {
            out[0] = function.applyAsDouble(value[i]);
            out[1] = 1.13 * error[i] + 2 * unit * Math.abs(value[i]);
        }, value.length);
    }

    /** (x − μ)/√(σ² + ε) · gain + bias; {@code gain} and {@code bias} may be null. */
    public Bounded layerNorm(double[] gain, double[] bias, double eps) {
        int d = value.length;
        double mean = mean(value);
        double meanError = mean(error) + d * unit * Arrays.stream(value).map(Math::abs).sum() / d;
        double[] centred = new double[d];
        double[] centredError = new double[d];
        double variance = 0;
        double varianceError = 0;
        for (int i = 0; i < d; i++) {
            centred[i] = value[i] - mean;
            centredError[i] = error[i] + meanError + unit * Math.abs(centred[i]);
            variance += centred[i] * centred[i] / d;
            varianceError += (2 * Math.abs(centred[i]) + centredError[i]) * centredError[i] / d;
        }
        double relative = (varianceError + (d + 2) * unit * variance) / (2 * (variance + eps)) + unit;
        double root = Math.sqrt(variance + eps);
        return make((i, out) -> {
            double normalized = centred[i] / root;
            double g = gain == null ? 1 : gain[i];
            out[0] = normalized * g + (bias == null ? 0 : bias[i]);
            out[1] = relative > LARGEST_UNCERTAINTY ? Double.POSITIVE_INFINITY
                    : Math.abs(g) * (centredError[i] / root * (1 + 2 * relative) + 2 * Math.abs(normalized) * relative)
                            + 2 * unit * (Math.abs(normalized * g) + Math.abs(out[0]));
        }, d);
    }

    /** e^x / Σ e^x; an entry of −∞ gives exactly 0. */
    public Bounded softmax() {
        double largest = Arrays.stream(value).max().orElse(0);
        double total = Arrays.stream(value).map(x -> Math.exp(x - largest)).sum();
        double uncertain = 0;
        for (int i = 0; i < value.length; i++) {
            uncertain = value[i] == Double.NEGATIVE_INFINITY ? uncertain : Math.max(uncertain, error[i]);
        }
        double relative = 2 * uncertain > LARGEST_UNCERTAINTY ? Double.POSITIVE_INFINITY : Math.expm1(2 * uncertain) + (value.length + 4) * unit;
        return make((i, out) -> {
            boolean masked = value[i] == Double.NEGATIVE_INFINITY;
            out[0] = masked ? 0 : Math.exp(value[i] - largest) / total;
            // an exponent as large as 80 in size is itself rounded
            out[1] = masked ? 0 : out[0] * (relative + unit * Math.min(1e3, largest - value[i])) + unit * 1e-30;
        }, value.length);
    }

    /** The rows of {@code matrix}, weighted by this vector and added. */
    public Bounded mix(Bounded[] rows) {
        return make((c, out) -> {
            double magnitude = 0;
            for (int j = 0; j < value.length; j++) {
                double product = value[j] * rows[j].value[c];
                out[0] += product;
                out[1] += error[j] * Math.abs(rows[j].value[c]) + (value[j] + error[j]) * rows[j].error[c];
                magnitude += Math.abs(product);
            }
            out[1] += (value.length + 1) * unit * magnitude;
        }, rows[0].value.length);
    }

    /** Σ this·other · factor, and its bound. */
    public double[] dot(Bounded other, double factor) {
        double sum = 0;
        double bound = 0;
        for (int i = 0; i < value.length; i++) {
            sum += value[i] * other.value[i];
            bound += error[i] * Math.abs(other.value[i]) + (Math.abs(value[i]) + error[i]) * other.error[i]
                    + (value.length + 2) * unit * Math.abs(value[i] * other.value[i]);
        }
        return new double[] {sum * factor, bound * Math.abs(factor)};
    }

    public Bounded slice(int from, int length) {
        return new Bounded(Arrays.copyOfRange(value, from, from + length), Arrays.copyOfRange(error, from, from + length), unit);
    }

    private interface EntryRule {
        /** Puts entry i and its bound into {@code out}. */
        void put(int i, double[] out);
    }

    private Bounded make(EntryRule entry, int length) {
        double[] values = new double[length];
        double[] errors = new double[length];
        double[] out = new double[2];
        for (int i = 0; i < length; i++) {
            out[0] = 0;
            out[1] = 0;
            entry.put(i, out);
            values[i] = out[0];
            errors[i] = out[1];
        }
        return new Bounded(values, errors, unit);
    }

    private static double mean(double[] x) {
        return Arrays.stream(x).sum() / x.length;
    }
}
