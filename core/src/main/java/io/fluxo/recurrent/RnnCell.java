package io.fluxo.recurrent;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import java.util.List;

/** The plain recurrent unit (Elman 1990): h ← tanh(xW_ih + b_ih + hW_hh + b_hh). */
public final class RnnCell extends RecurrentCell {

    private final Affine ofX = ofInput("h");
    private final Affine ofH = ofState("h");

    public RnnCell(String path, Dim in, Dim hidden) {
        super(path, in, hidden);
    }

    @Override
    List<Tensor> inputs(Pass pass, Tensor x) {
        return List.of(ofX.of(pass, x));
    }

    @Override
    Tensor step(Pass pass, List<Tensor> x, Tensor h) {
        return pass.tanh(pass.add(x.getFirst(), ofH.of(pass, h)));
    }
}
