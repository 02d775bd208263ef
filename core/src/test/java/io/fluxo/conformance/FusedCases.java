package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;
import static io.fluxo.conformance.Tolerance.ROUNDED;

import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Every fused operation but attention, in every variant, on ragged sizes. */
final class FusedCases {

    private static final int[] WIDTHS = {1, 2, 3, 7, 13, 64, 207, 1031};

    private FusedCases() {}

    static List<Case> linear() {
        List<Case> cases = new ArrayList<>();
        // x, then the number of outputs
        int[][] sizes = {{1, 1, 1}, {3, 7, 13}, {2, 3, 5, 4}, {13, 2, 1}, {1, 13, 64}, {7, 3}, {64, 207, 13}, {3, 43, 390, 130}, {513, 17, 33},
                {2, 401, 24, 32}, {807, 13, 35}, {850, 20, 78}, {30, 512, 5}};
        for (int[] s : sizes) {
            int[] x = Arrays.copyOf(s, s.length - 1);
            int in = x[x.length - 1];
            int out = s[s.length - 1];
            cases.add(Case.fused(new FusedOp.Linear(false), a -> ReferenceLayers.linear(a[0], a[1], null), Tolerance.sum(in),
                    Samples.normal("x", x), Samples.normal("w", in, out)));
            cases.add(Case.fused(new FusedOp.Linear(true), a -> ReferenceLayers.linear(a[0], a[1], a[2]), Tolerance.sum(in + 1),
                    Samples.normal("x", x), Samples.normal("w", in, out), Samples.normal("b", out)));
        }
        return cases;
    }

    static List<Case> activations() {
        List<Case> cases = new ArrayList<>();
        for (int[] s : new int[][] {{}, {1}, {2}, {3}, {7}, {13}, {64}, {207}, {3, 7}, {2, 3, 13}}) {
            cases.add(Case.fused(new FusedOp.Relu(), in -> Reference.map(in[0], ReferenceLayers::relu), EXACT, Samples.distinct("x", s)));
            for (double spread : new double[] {1, 4}) {
                HostArray x = Samples.around("x", 0, spread, s);
                cases.add(Case.fused(new FusedOp.Gelu(false), in -> Reference.map(in[0], ReferenceLayers::gelu), Tolerance.sum(1, spread).times(2), x));
                cases.add(Case.fused(new FusedOp.Gelu(true), in -> Reference.map(in[0], ReferenceLayers::geluTanh), Tolerance.sum(1, spread).times(2), x));
            }
        }
        HostArray odd = Samples.vector(0, -0.0, 1e-30, -1e-30, 30, -30, 1e4, -1e4, 1e30, -1e30);
        cases.add(Case.fused(new FusedOp.Relu(), in -> Reference.map(in[0], ReferenceLayers::relu), EXACT,
                Samples.vector(0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-40)).withoutGradient());
        cases.add(Case.fused(new FusedOp.Gelu(false), in -> Reference.map(in[0], ReferenceLayers::gelu), new Tolerance.Relative(8), odd)
                .withoutGradient().called("extreme"));
        cases.add(Case.fused(new FusedOp.Gelu(true), in -> Reference.map(in[0], ReferenceLayers::geluTanh), new Tolerance.Relative(8),
                Samples.vector(0, -0.0, 1e-30, -1e-30, 30, -30, 1e4, -1e4, 1e12, -1e12)).withoutGradient().called("extreme"));
        return cases;
    }

    static List<Case> softmax() {
        List<Case> cases = new ArrayList<>();
        for (int width : WIDTHS) {
            for (double spread : new double[] {1, 10}) {
                HostArray x = Samples.around("x", 0, spread, width > 64 ? 2 : 3, width);
                cases.add(softmax(width, x));
                cases.add(logSoftmax(width, x));
            }
        }
        cases.add(softmax(7, Samples.normal("x", 7)));
        cases.add(softmax(5, Samples.normal("x", 2, 3, 2, 5)));
        cases.add(logSoftmax(5, Samples.normal("x", 2, 3, 2, 5)));
        return cases;
    }

    static Case softmax(int width, HostArray x) {
        return Case.fused(new FusedOp.Softmax(), in -> ReferenceLayers.rows(in[0], ReferenceLayers::softmax), Tolerance.sum(width).times(2), x);
    }

    static Case logSoftmax(int width, HostArray x) {
        return Case.fused(new FusedOp.LogSoftmax(), in -> ReferenceLayers.rows(in[0], ReferenceLayers::logSoftmax), Tolerance.sum(width), x);
    }

    static List<Case> norms() {
        List<Case> cases = new ArrayList<>();
        for (int width : WIDTHS) {
            HostArray x = Samples.around("x", 0.5, 2, width > 64 ? 2 : 3, width);
            HostArray gain = Samples.uniform("gain", 0.5, 2, width);
            HostArray bias = Samples.normal("bias", width);
            cases.add(layerNorm(1e-5, width, x));
            cases.add(layerNorm(1e-5, width, x, gain, bias));
            cases.add(rmsNorm(1e-5, width, x));
            cases.add(rmsNorm(1e-5, width, x, gain));
        }
        cases.add(layerNorm(1e-5, 7, Samples.normal("x", 7)));
        cases.add(layerNorm(0.1, 5, Samples.normal("x", 2, 3, 2, 5), Samples.normal("gain", 5), Samples.normal("bias", 5)));
        cases.add(rmsNorm(0.1, 5, Samples.normal("x", 2, 3, 2, 5), Samples.normal("gain", 5)));
        cases.add(layerNorm(1e-5, 67, Samples.normal("x", 403, 67), Samples.normal("gain", 67), Samples.normal("bias", 67)));
        cases.add(rmsNorm(1e-5, 64, Samples.normal("x", 401, 64), Samples.normal("gain", 64)));
        return cases;
    }

    static Case layerNorm(double eps, int width, HostArray... in) {
        return Case.fused(new FusedOp.LayerNorm(eps, in.length > 1), a -> ReferenceLayers.affine(
                ReferenceLayers.rows(a[0], row -> ReferenceLayers.layerNorm(row, eps)), a.length > 1 ? a[1] : null, a.length > 1 ? a[2] : null),
                Tolerance.sum(width), in);
    }

    static Case rmsNorm(double eps, int width, HostArray... in) {
        return Case.fused(new FusedOp.RmsNorm(eps, in.length > 1), a -> ReferenceLayers.affine(
                ReferenceLayers.rows(a[0], row -> ReferenceLayers.rmsNorm(row, eps)), a.length > 1 ? a[1] : null, null), Tolerance.sum(width), in);
    }

    static List<Case> rotate() {
        List<Case> cases = new ArrayList<>();
        for (Pairs pairs : Pairs.values()) {
            for (int[] s : new int[][] {{1, 1, 1, 2}, {2, 3, 2, 6}, {3, 2, 5, 4}, {1, 5, 2, 14}, {2, 2, 1, 26}, {1, 3, 2, 64}, {2, 7, 3, 34}, {1, 3, 1, 414}, {3, 17, 4, 64}}) {
                cases.add(rotate(pairs, s));
            }
        }
        return cases;
    }

    /** The definition has the angles for itself: that of a result which no gradient reaches them through. */
    static Case rotate(Pairs pairs, int... sizes) {
        HostArray angles = Samples.around("angles", 0, 3, sizes[1], sizes[3] / 2);
        HostArray cos = Reference.map(angles, angle -> (float) Math.cos(angle));
        HostArray sin = Reference.map(angles, angle -> (float) Math.sin(angle));
        return Case.fused(new FusedOp.Rotate(pairs), in -> ReferenceLayers.rotate(pairs, in[0], cos, sin), Tolerance.sum(2), Samples.normal("x", sizes), cos, sin);
    }

    static List<Case> crossEntropy() {
        List<Case> cases = new ArrayList<>();
        for (int classes : WIDTHS) {
            cases.add(crossEntropy(classes, Samples.around("logits", 0, 3, 2, classes), Samples.integers("targets", classes, 2)));
        }
        cases.add(crossEntropy(13, Samples.normal("logits", 2, 3, 13), Samples.integers("targets", 13, 2, 3)));
        cases.add(crossEntropy(7, Samples.normal("logits", 7), Samples.integers("targets", 7)).called("one row"));
        cases.add(crossEntropy(3, Samples.normal("logits", 64, 3), Samples.integers("targets", 3, 64)));
        cases.add(crossEntropy(5000, Samples.around("logits", 0, 3, 2, 5000), Samples.integers("targets", 5000, 2)).called("a vocabulary"));
        return cases;
    }

    static Case crossEntropy(int classes, HostArray logits, HostArray targets) {
        return Case.fused(new FusedOp.CrossEntropy(), in -> ReferenceLayers.crossEntropy(in[0], in[1]), Tolerance.sum(classes), logits, targets);
    }

    static List<Case> dropout(DType dtype) {
        List<Case> cases = new ArrayList<>();
        RandomKey key = RandomKey.of(11).split("dropout");
        for (int[] sizes : new int[][] {{1}, {7}, {207}, {3, 13}, {2, 3, 5}, {1031}}) {
            for (double rate : new double[] {0.1, 0.5, 0.9}) {
                long counter = sizes.length * 1000L;
                cases.add(Case.fused(new FusedOp.Dropout(rate), in -> ReferenceLayers.dropout(in[0], key, counter, rate, dtype), ROUNDED.times(2),
                        Samples.normal("x", sizes), HostArray.of(Shape.of(2), key.state(), counter)));
            }
        }
        return cases;
    }
}
