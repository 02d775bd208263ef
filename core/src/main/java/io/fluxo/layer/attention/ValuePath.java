package io.fluxo.layer.attention;

import io.fluxo.layer.Dropout;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/** The value path of attention, its OV circuit: W_V before the heads mix, W_O after. */
final class ValuePath extends Layer {

    private final MultiHeadAttention.Dims dims;
    private final Linear v;
    private final Optional<Layer> norm;
    private final Optional<Layer> heads;
    private final Linear o;
    private final Dropout dropout;
    private final HookPoint hookV = boundary("hook_v");
    private final HookPoint hookZ = boundary("hook_z");

    /** @param path of the attention it belongs to */
    ValuePath(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
        super(path);
        this.dims = dims;
        Dim values = dims.nKeyValueHeads().times(dims.dV());
        Dim results = dims.nHeads().times(dims.dV());
        v = part(new Linear(path, "V", dims.dModel(), values, design.qkvBias(), design.valueInit()));
        norm = design.headNorms().map(norms -> part(norms.values()));
        heads = design.heads().map(this::part);
        o = part(new Linear(path, "O", results, dims.dModel(), design.outputBias(), design.outputInit()));
        dropout = part(new Dropout(path + ".dropout", design.dropout()));
    }

    /** [batch m d_model] → [batch m head d_v]. */
    Tensor values(Pass pass, Tensor x) {
        Tensor split = Heads.split(pass, v.forward(pass, x), dims.nKeyValueHeads(), dims.dV());
        return pass.at(hookV, norm.isPresent() ? norm.get().forward(pass, split) : split);
    }

    /** [batch n head d_v] → [batch n d_model]. */
    Tensor output(Pass pass, Tensor mixed) {
        Tensor z = pass.at(hookZ, mixed);
        Tensor results = heads.isPresent() ? heads.get().forward(pass, z) : z;
        return dropout.forward(pass, o.forward(pass, pass.mergeAxes(results, 2)));
    }

    /** The value path without mixing: each token attends to itself alone. */
    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        return output(pass, Heads.share(pass, values(pass, x), dims.nHeads()));
    }
}
