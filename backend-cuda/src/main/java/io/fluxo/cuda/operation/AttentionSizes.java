package io.fluxo.cuda.operation;

import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Shape;
import java.util.List;

/** The sizes of a call of attention: q [batch n heads d], k [batch m heads d], v [batch m heads dv]. */
record AttentionSizes(int batch, int n, int m, int heads, int d, int dv, boolean causal) {

    static AttentionSizes of(List<GpuTensor> in, Mask mask) {
        Shape q = in.get(0).shape();
        return new AttentionSizes(q.size(0), q.size(1), in.get(1).shape().size(1), q.size(2), q.size(3), in.get(2).shape().size(3), mask == Mask.CAUSAL);
    }

    /** The struct {@code Sizes} of the kernels. */
    long[] words() {
        return new long[] {batch, n, m, heads, d, dv, causal ? 1 : 0};
    }

    /** The larger of the two widths of a head. */
    int width() {
        return Math.max(d, dv);
    }

    boolean isEmpty() {
        return batch * heads * n == 0;
    }
}
