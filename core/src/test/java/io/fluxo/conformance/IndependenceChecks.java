package io.fluxo.conformance;

import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What must not depend on what, down to the bits: a causal output on later positions, a row on other rows. Any finite change is tried, huge ones
 * included: a forbidden weight must be exactly 0, not small.
 */
final class IndependenceChecks {

    private static final double[] CHANGES = {0, -1, 1e4, -1e30, 3e38};

    private IndependenceChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (int n : new int[] {2, 7, 65}) {
            checks.add(new Check("attention [%d] does not see later keys and values".formatted(n), bench -> causality(bench, n, n)));
        }
        checks.add(new Check("attention of 3 queries to 7 keys does not see later ones", bench -> causality(bench, 3, 7)));
        row(checks, "softmax", Ops::softmax);
        row(checks, "logSoftmax", Ops::logSoftmax);
        row(checks, "layerNorm", (ops, x) -> ops.layerNorm(x, null, null, 1e-5));
        row(checks, "rmsNorm", (ops, x) -> ops.rmsNorm(x, null, 1e-5));
        row(checks, "gelu", Ops::gelu);
        row(checks, "geluTanh", Ops::geluTanh);
        row(checks, "sum", (ops, x) -> ops.sum(x, -1));
        row(checks, "x xᵀx by rows", (ops, x) -> ops.linear(x, ops.expand(ops.constant(Scalar.of(0.1), x.dtype()), Shape.of(13, 5)), null));
        for (int heads : new int[] {1, 3}) {
            checks.add(new Check("attention of %d heads does not see the rest of the batch".formatted(heads), bench -> batch(bench, heads)));
        }
        return checks;
    }

    /** Changing keys and values j > i + m − n leaves the bits of output i. */
    private static void causality(Bench bench, int n, int m) {
        HostArray q = Samples.normal("q", 2, n, 2, 3);
        HostArray k = Samples.normal("k", 2, m, 2, 3);
        HostArray v = Samples.normal("v", 2, m, 2, 4);
        HostArray before = attention(bench, q, k, v);
        for (int j = 1; j < m; j += Math.max(1, m / 5)) {
            for (double change : CHANGES) {
                if (bench.refusesNaN() && Math.abs(change) > 1e30) {
                    continue;                                                        // scores overflow for those who may see them
                }
                HostArray after = attention(bench, q, with(k, 1, j, change), with(v, 1, j, change));
                int unseen = Math.max(0, Math.min(n, j - (m - n)));                  // queries before position j
                String what = "the first %d outputs when position %d becomes %g".formatted(unseen, j, change);
                bench.requireSameBits(what, Reference.slice(wide(before), 1, 0, unseen), Reference.slice(wide(after), 1, 0, unseen));
            }
        }
    }

    private static HostArray attention(Bench bench, HostArray q, HostArray k, HostArray v) {
        return bench.download(bench.ops().attention(bench.upload(q), bench.upload(k), bench.upload(v), null, Mask.CAUSAL, Scalar.of(0.5)));
    }

    /** Changing row j leaves the bits of every other row. */
    private static void row(List<Check> checks, String name, BiFunction<Ops, Tensor, Tensor> f) {
        checks.add(new Check(name + " of a row does not see other rows", bench -> {
            HostArray x = Samples.normal("x", 7, 13);
            HostArray before = wide(bench.download(f.apply(bench.ops(), bench.upload(x))));
            for (int j = 0; j < 7; j++) {
                for (double change : new double[] {0, -1, 1e4, 1e15}) {
                    HostArray after = wide(bench.download(f.apply(bench.ops(), bench.upload(with(x, 0, j, change)))));
                    bench.requireSameBits("rows before " + j, Reference.slice(before, 0, 0, j), Reference.slice(after, 0, 0, j));
                    bench.requireSameBits("rows after " + j, Reference.slice(before, 0, j + 1, 6 - j), Reference.slice(after, 0, j + 1, 6 - j));
                }
            }
        }));
    }

    private static void batch(Bench bench, int heads) {
        HostArray q = Samples.normal("q", 3, 5, heads, 3);
        HostArray k = Samples.normal("k", 3, 5, heads, 3);
        HostArray v = Samples.normal("v", 3, 5, heads, 3);
        HostArray before = wide(attention(bench, q, k, v));
        HostArray after = wide(attention(bench, with(q, 0, 1, 2), with(k, 0, 1, 1e4), with(v, 0, 1, 3e38)));
        bench.requireSameBits("batch row 0", Reference.slice(before, 0, 0, 1), Reference.slice(after, 0, 0, 1));
        bench.requireSameBits("batch row 2", Reference.slice(before, 0, 2, 1), Reference.slice(after, 0, 2, 1));
    }

    private static HostArray wide(HostArray host) {
        return host.cast(DType.F64);
    }

    /** {@code x} with {@code value} at all of position {@code at} of {@code axis}. */
    private static HostArray with(HostArray x, int axis, int at, double value) {
        double[] values = x.toDoubles().clone();
        int inner = x.shape().elementsFrom(axis + 1);
        int size = x.shape().size(axis);
        for (int start = at * inner; start < values.length; start += size * inner) {
            Arrays.fill(values, start, start + inner, value);
        }
        return HostArray.of(x.shape(), values);
    }
}
