package io.fluxo.conformance;

import io.fluxo.op.FusedOp.Attention;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Attention: both masks, queries and keys of different number, values of a width of their own, biases of all shapes, rows without a key. */
final class AttentionCases {

    private static final double NOTHING = Double.NEGATIVE_INFINITY;

    /** batch, n, m, head, d_head, d_v. */
    private static final int[][] SIZES = {{1, 1, 1, 1, 1, 1}, {2, 3, 3, 2, 4, 4}, {1, 7, 7, 3, 5, 2}, {2, 2, 7, 1, 3, 4}, {1, 7, 2, 2, 2, 3},
        {1, 13, 13, 1, 8, 8}, {2, 1, 13, 2, 7, 1}, {1, 64, 64, 2, 16, 13}, {1, 3, 207, 1, 7, 3}, {1, 130, 130, 1, 4, 5}, {2, 33, 65, 2, 32, 32}};

    private AttentionCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (Mask mask : Mask.values()) {
            for (int[] s : SIZES) {
                double scale = 1 / Math.sqrt(s[4]);
                cases.add(attention(mask, scale, s, null));
                cases.add(attention(mask, scale, s, Samples.normal("bias", s[0], s[3], s[1], s[2])));
            }
            int[] s = {2, 3, 5, 2, 4, 3};
            int[][] biases = {{}, {5}, {3, 5}, {2, 3, 5}, {1, 1, 3, 5}, {2, 1, 1, 5}, {2, 1, 3, 1}, {1, 2, 1, 5}};
            for (int[] sizes : biases) {
                cases.add(attention(mask, 0.5, s, Samples.normal("bias", sizes)).called("bias stretches"));
            }
            cases.add(attention(mask, 3, s, null).called("scale 3"));
            blocked(cases, mask);
        }
        return cases;
    }

    /** Biases of −∞: some keys, whole queries, everything, all keys of one of the batch, and the first blocks of a long row. */
    private static void blocked(List<Case> cases, Mask mask) {
        int[] s = {2, 4, 4, 2, 3, 3};
        HostArray finite = Samples.normal("bias", 2, 2, 4, 4);
        cases.add(attention(mask, 0.5, s, masked(finite, i -> (i[2] + i[3]) % 3 == 0)).called("some keys −∞"));
        cases.add(attention(mask, 0.5, s, masked(finite, i -> i[2] == 2)).called("a query without keys"));
        cases.add(attention(mask, 0.5, s, masked(finite, i -> i[0] == 1)).called("a batch row without keys"));
        cases.add(attention(mask, 0.5, s, masked(finite, _ -> true)).called("no keys at all"));
        cases.add(attention(mask, 0.5, s, masked(Samples.normal("bias", 2, 1, 1, 4), i -> i[3] > i[0] + 1)).called("padding"));
        int[] wide = {1, 3, 207, 1, 2, 2};
        cases.add(attention(mask, 0.5, wide, masked(Samples.normal("bias", 207), i -> i[0] < 190)).called("keys only at the end"));
        cases.add(attention(mask, 0.5, wide, masked(Samples.normal("bias", 207), i -> i[0] > 5)).called("keys only at the start"));
    }

    private static HostArray masked(HostArray bias, Predicate<int[]> blocked) {
        return Reference.generate(bias.shape().sizes(), i -> blocked.test(i) ? NOTHING : Reference.get(bias, i));
    }

    private static Case attention(Mask mask, double scale, int[] s, HostArray bias) {
        HostArray q = Samples.normal("q", s[0], s[1], s[3], s[4]);
        HostArray k = Samples.normal("k", s[0], s[2], s[3], s[4]);
        HostArray v = Samples.normal("v", s[0], s[2], s[3], s[5]);
        HostArray[] in = bias == null ? new HostArray[] {q, k, v} : new HostArray[] {q, k, v, bias};
        return Case.fused(new Attention(mask, Scalar.of(scale), bias != null),
                a -> ReferenceLayers.attention(mask, scale, a[0], a[1], a[2], bias == null ? null : a[3]), Tolerance.sum(s[2] + s[4]), in);
    }
}
