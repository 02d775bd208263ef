package io.fluxo.layer.attention;

import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * Value residual (Zhou et al. 2024, ResFormer): what layer l carries is λ₁V_l + λ₂V_1, with the values of the first layer that has such attention. V_1 is a
 * second path by which what that layer read reaches all later ones. The first layer carries its own values, and so does one that runs alone.
 */
public final class ValueResidualAttention extends MultiHeadAttention {

    private static final String FIRST = "value_residual";

    private final double own;
    private final double first;
    private final HookPoint hookOwn = boundary("hook_v_own");

    /**
     * @param own   λ₁, the share of a layer's own values
     * @param first λ₂, the share of the first layer's
     */
    public ValueResidualAttention(String path, Dims dims, Design design, double own, double first) {
        super(path, dims, design);
        this.own = own;
        this.first = first;
    }

    @Override
    protected Tensor values(Pass pass, Tensor x) {
        Tensor split = pass.at(hookOwn, Heads.split(pass, projectedValues(pass, x), dims().nKeyValueHeads(), dims().dV()));
        Tensor mine = pass.mergeAxes(split, 2);                                                                        // [batch m heads·d_v]
        Tensor one = pass.carried(FIRST, design().layer(), mine);
        return shownValues(pass, one == mine ? mine : pass.add(pass.scale(mine, own), pass.scale(one, first)));
    }
}
