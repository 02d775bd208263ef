package io.fluxo.layer.position;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** Adds a trained vector for each position: [batch pos d_model] → the same. Needs pos ≤ n_ctx. */
public final class LearnedPositions extends Layer {

    private final Parameter table;
    private final HookPoint hook;

    public LearnedPositions(String path, Dim nCtx, Dim dModel, Initializer initializer) {
        super(path);
        table = parameter("W_pos", Shape.of(nCtx, dModel), initializer);
        hook = boundary("hook_pos_embed");
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor positions = pass.at(hook, pass.slice(table.value(), 0, pass.first(), x.dim(1)));
        return pass.add(x, positions);
    }
}
