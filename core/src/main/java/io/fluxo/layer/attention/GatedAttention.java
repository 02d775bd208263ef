package io.fluxo.layer.attention;

import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * Gated attention (Qiu et al. 2025): a token opens and closes what its heads bring it, σ(xW_gate) ⊙ z before W_O. W_gate has no bias.
 */
public final class GatedAttention extends MultiHeadAttention {

    /** What has a gate of its own. */
    public enum Width { ELEMENT, HEAD }

    private final Linear gate;
    private final Dim width;
    private final HookPoint hookGate = boundary("hook_gate");
    private final HookPoint hookGated = boundary("hook_z_gated");

    public GatedAttention(String path, Dims dims, Design design, Width gates) {
        super(path, dims, design);
        width = gates == Width.ELEMENT ? dims.dV() : Dim.ONE;
        gate = part(new Linear(path, "gate", dims.dModel(), dims.nHeads().times(width), false, design.queryKeyInit()));
    }

    @Override
    protected Tensor results(Pass pass, Tensor x, Tensor z) {
        Tensor open = pass.at(hookGate, pass.sigmoid(Heads.split(pass, gate.forward(pass, x), dims().nHeads(), width)));      // [batch n head d_v] or [batch n head 1]
        return super.results(pass, x, pass.at(hookGated, pass.mul(z, open)));
    }
}
