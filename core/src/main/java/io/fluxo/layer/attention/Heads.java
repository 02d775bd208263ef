package io.fluxo.layer.attention;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;

/** Axes of heads. */
public final class Heads {

    private Heads() {}

    /** [batch n heads·width] → [batch n head width]. */
    public static Tensor split(Pass pass, Tensor x, Dim heads, Dim width) {
        return pass.splitAxis(x, 2, heads, width);
    }

    /** Grouped-query attention (Ainslie et al. 2023): each of fewer heads serves its group. [batch m fewer width] → [batch m head width]. */
    public static Tensor share(Pass pass, Tensor x, Dim heads) {
        Dim fewer = x.dim(2);
        if (fewer.equals(heads)) {
            return x;
        }
        Tensor single = pass.unsqueeze(x, 3);                                                    // [batch m fewer 1 width]
        return pass.mergeAxes(pass.expand(single, single.shape().with(3, heads.over(fewer))), 2);
    }
}
