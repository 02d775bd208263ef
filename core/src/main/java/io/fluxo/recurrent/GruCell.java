package io.fluxo.recurrent;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import java.util.List;

/**
 * The gated recurrent unit (Cho et al. 2014), with the reset gate on the state's product as PyTorch and cuDNN have it:
 * <pre>
 * r = σ(xW_ir + b_ir + hW_hr + b_hr)
 * z = σ(xW_iz + b_iz + hW_hz + b_hz)
 * n = tanh(xW_in + b_in + r ⊙ (hW_hn + b_hn))
 * h ← (1 − z) ⊙ n + z ⊙ h
 * </pre>
 */
public final class GruCell extends RecurrentCell {

    private final Affine xr = ofInput("r");
    private final Affine xz = ofInput("z");
    private final Affine xn = ofInput("n");
    private final Affine hr = ofState("r");
    private final Affine hz = ofState("z");
    private final Affine hn = ofState("n");

    public GruCell(String path, Dim in, Dim hidden) {
        super(path, in, hidden);
    }

    @Override
    List<Tensor> inputs(Pass pass, Tensor x) {
        return List.of(xr.of(pass, x), xz.of(pass, x), xn.of(pass, x));
    }

    @Override
    Tensor step(Pass pass, List<Tensor> x, Tensor h) {
        Tensor r = pass.sigmoid(pass.add(x.get(0), hr.of(pass, h)));
        Tensor z = pass.sigmoid(pass.add(x.get(1), hz.of(pass, h)));
        Tensor n = pass.tanh(pass.add(x.get(2), pass.mul(r, hn.of(pass, h))));
        return pass.add(n, pass.mul(z, pass.sub(h, n)));
    }
}
