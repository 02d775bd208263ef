package io.fluxo.conformance;

import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** The fused operations by their textbook formulas in doubles. */
final class ReferenceLayers {

    private ReferenceLayers() {}

    static HostArray linear(HostArray x, HostArray w, HostArray b) {
        HostArray product = Reference.matMul(Reference.reshape(x, x.elements() / Math.max(x.shape().size(-1), 1), x.shape().size(-1)), w, false, false);
        HostArray shaped = HostArray.of(x.shape().with(-1, w.shape().dim(1)), product.toDoubles());
        return b == null ? shaped : Reference.broadcast(shaped, b, Double::sum);
    }

    static double relu(double x) {
        return Double.isNaN(x) ? x : x > 0 ? x : 0;
    }

    static double gelu(double x) {
        return 0.5 * x * (1 + Reference.erf(x / Math.sqrt(2)));
    }

    static double geluTanh(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    static double[] softmax(double[] row) {
        double largest = Arrays.stream(row).max().orElse(0);
        if (largest == Double.NEGATIVE_INFINITY) {
            return new double[row.length];
        }
        double total = Arrays.stream(row).map(x -> Math.exp(x - largest)).sum();
        return Arrays.stream(row).map(x -> Math.exp(x - largest) / total).toArray();
    }

    static double[] logSoftmax(double[] row) {
        double largest = Arrays.stream(row).max().orElse(0);
        double total = Arrays.stream(row).map(x -> Math.exp(x - largest)).sum();
        return Arrays.stream(row).map(x -> x - largest - Math.log(total)).toArray();
    }

    static double[] layerNorm(double[] row, double eps) {
        double mean = Arrays.stream(row).average().orElse(0);
        double variance = Arrays.stream(row).map(x -> (x - mean) * (x - mean)).average().orElse(0);
        return Arrays.stream(row).map(x -> (x - mean) / Math.sqrt(variance + eps)).toArray();
    }

    static double[] rmsNorm(double[] row, double eps) {
        double meanSquare = Arrays.stream(row).map(x -> x * x).average().orElse(0);
        return Arrays.stream(row).map(x -> x / Math.sqrt(meanSquare + eps)).toArray();
    }

    /** {@code f} of each row of the last axis. */
    static HostArray rows(HostArray x, UnaryOperator<double[]> f) {
        int width = x.shape().size(-1);
        double[] in = x.toDoubles();
        double[] out = new double[in.length];
        for (int start = 0; start < in.length; start += width) {
            System.arraycopy(f.apply(Arrays.copyOfRange(in, start, start + width)), 0, out, start, width);
        }
        return HostArray.of(x.shape(), out);
    }

    /** {@code x·gain + bias}; either may be null. */
    static HostArray affine(HostArray x, HostArray gain, HostArray bias) {
        HostArray scaled = gain == null ? x : Reference.broadcast(x, gain, (a, b) -> a * b);
        return bias == null ? scaled : Reference.broadcast(scaled, bias, Double::sum);
    }

    /** q [batch n head d], k [batch m head d], v [batch m head d_v], bias to [batch head n m] or null → [batch n head d_v]. */
    static HostArray attention(Mask mask, double scale, HostArray q, HostArray k, HostArray v, HostArray bias) {
        int batches = q.shape().size(0);
        int n = q.shape().size(1);
        int heads = q.shape().size(2);
        int d = q.shape().size(3);
        int m = k.shape().size(1);
        int dv = v.shape().size(3);
        double[] out = new double[batches * n * heads * dv];
        for (int b = 0; b < batches; b++) {
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < n; i++) {
                    double[] scores = new double[m];
                    for (int j = 0; j < m; j++) {
                        double dot = 0;
                        for (int c = 0; c < d; c++) {
                            dot += Reference.get(q, b, i, h, c) * Reference.get(k, b, j, h, c);
                        }
                        boolean permitted = mask == Mask.BIDIRECTIONAL || j <= i + m - n;
                        scores[j] = !permitted ? Double.NEGATIVE_INFINITY : scale * dot + (bias == null ? 0 : Reference.get(bias, b, h, i, j));
                    }
                    double[] weights = softmax(scores);
                    for (int c = 0; c < dv; c++) {
                        double sum = 0;
                        for (int j = 0; j < m; j++) {
                            sum += weights[j] * Reference.get(v, b, j, h, c);
                        }
                        out[((b * n + i) * heads + h) * dv + c] = sum;
                    }
                }
            }
        }
        return HostArray.of(Shape.of(batches, n, heads, dv), out);
    }

    /** x [batch n head 2m], cos and sin [n m]. */
    static HostArray rotate(Pairs pairs, HostArray x, HostArray cos, HostArray sin) {
        int m = x.shape().size(3) / 2;
        return Reference.generate(x.shape().sizes(), i -> {
            int pair = pairs == Pairs.NEIGHBOURS ? i[3] / 2 : i[3] % m;
            double a = Reference.get(x, i[0], i[1], i[2], pairs == Pairs.NEIGHBOURS ? 2 * pair : pair);
            double b = Reference.get(x, i[0], i[1], i[2], pairs == Pairs.NEIGHBOURS ? 2 * pair + 1 : pair + m);
            double c = Reference.get(cos, i[1], pair);
            double s = Reference.get(sin, i[1], pair);
            boolean isFirst = pairs == Pairs.NEIGHBOURS ? i[3] % 2 == 0 : i[3] < m;
            return isFirst ? a * c - b * s : b * c + a * s;
        });
    }

    /** A target outside the classes chooses nothing and costs 0. */
    static HostArray crossEntropy(HostArray logits, HostArray targets) {
        int classes = logits.shape().size(-1);
        double[] in = logits.toDoubles();
        double[] out = new double[targets.elements()];
        for (int i = 0; i < out.length; i++) {
            int target = (int) targets.toDoubles()[i];
            double[] row = Arrays.copyOfRange(in, i * classes, (i + 1) * classes);
            out[i] = target < 0 || target >= classes ? 0 : -logSoftmax(row)[target];
        }
        return HostArray.of(targets.shape(), out);
    }

    static HostArray dropout(HostArray x, RandomKey key, long counter, double rate, DType dtype) {
        double[] draws = draws(x.shape(), key, counter, dtype).toDoubles();
        double threshold = dtype == DType.F32 ? (float) rate : rate;
        double[] out = x.toDoubles().clone();
        for (int i = 0; i < out.length; i++) {
            out[i] = draws[i] < threshold ? 0 : out[i] / (1 - rate);
        }
        return HostArray.of(x.shape(), out);
    }

    /** Element i is the key's draw counter + i: its upper 24 bits in F32, 53 in F64. */
    static HostArray draws(Shape shape, RandomKey key, long counter, DType dtype) {
        int bits = dtype == DType.F32 ? 24 : 53;
        double[] out = new double[shape.elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (key.bits(counter + i) >>> (64 - bits)) * Math.pow(2, -bits);
        }
        return HostArray.of(shape, out);
    }
}
