package example.attention;

import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Linear;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** Softmax attention whose output is gated by the token itself: σ(s·xW_G) ⊙ MHA(x_i, [x_1 … x_N]), with the steepness s. */
final class GatedAttention extends Attention {

    private final MultiHeadAttention attention;
    private final Linear gate;
    private final double steepness;
    private final HookPoint hookGate = boundary("hook_gate");

    GatedAttention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design, double steepness) {
        super(path);
        this.steepness = steepness;
        attention = part(new MultiHeadAttention(path, dims, design));
        gate = part(new Linear(path, "G", dims.dModel(), dims.dModel(), design.qkvBias(), design.valueInit()));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor mixed = attention.forward(pass, x, context);                           // [batch n d_model], as all that follow
        Tensor open = pass.at(hookGate, sigmoid(pass, pass.scale(gate.forward(pass, x), steepness)));
        return pass.mul(open, mixed);
    }

    /** σ(z) = ½(1 + tanh(z/2)). */
    private static Tensor sigmoid(Pass pass, Tensor z) {
        return pass.scale(pass.shift(pass.tanh(pass.scale(z, 0.5)), 1), 0.5);
    }
}
