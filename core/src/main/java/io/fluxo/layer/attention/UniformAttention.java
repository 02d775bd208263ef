package io.fluxo.layer.attention;

import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/**
 * Attention that weighs every permitted position the same, as softmax attention does where W_Q or W_K is zero: the mean of x_jW_V over the
 * positions a token may see, times W_O. No queries, no keys.
 */
public final class UniformAttention extends Attention {

    private final MultiHeadAttention.Dims dims;
    private final FusedOp.Attention operation;
    private final ValuePath valuePath;
    private final Map<Inside, HookPoint> inside = Map.of(Inside.PATTERN, interior("hook_pattern"));

    public UniformAttention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
        super(path);
        this.dims = dims;
        operation = new FusedOp.Attention(design.mask(), Scalar.ONE, false);
        valuePath = part(new ValuePath(path, dims, design));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor values = Heads.share(pass, valuePath.values(pass, context), dims.nHeads());            // [batch m head d_v]
        Tensor[] in = {zeroScores(pass, x), zeroScores(pass, context), values};
        return valuePath.output(pass, pass.inspected(operation, inside, in));
    }

    /** Queries or keys of width 1 that are 0: every score is 0, [batch n head 1]. */
    private Tensor zeroScores(Pass pass, Tensor x) {
        return pass.constant(Scalar.ZERO, Shape.of(x.dim(0), x.dim(1), dims.nHeads(), Dim.ONE), x.dtype());
    }
}
