package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/** Two steps on one stream, [batch pos d_model] at every step. */
public abstract class OneStreamBlock extends TwoStepBlock<Tensor> {

    protected OneStreamBlock(Placement.Parts parts, Symbols symbols) {
        super(parts, symbols);
    }

    protected OneStreamBlock(Placement.Parts parts, Symbols symbols, StreamContract contract) {
        super(parts, symbols, contract);
    }

    @Override
    protected final Tensor equations(Pass pass, Tensor input, Tensor context) {
        Tensor x = pass.at(residPre, input);
        return steps(pass, x, context == input ? x : context);
    }
}
