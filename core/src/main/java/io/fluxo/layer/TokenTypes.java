package io.fluxo.layer;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * Adds a trained vector for each token's type (Devlin et al. 2019: the first and the second sentence): [batch pos d_model] → the same. Where no types are
 * given, every token has type 0.
 */
public final class TokenTypes extends Layer {

    private final Parameter table;
    private final HookPoint hook;

    public TokenTypes(String path, Dim types, Dim dModel, Initializer initializer) {
        super(path);
        table = parameter("W_token_type", Shape.of(types, dModel), initializer);
        hook = boundary("hook_token_type_embed");
    }

    /** @param types I32 [batch pos] */
    public Tensor forward(Pass pass, Tensor x, Tensor types) {
        return pass.add(x, pass.at(hook, pass.gather(table.value(), types)));
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        return pass.add(x, pass.at(hook, pass.slice(table.value(), 0, Dim.of(0), Dim.ONE)));
    }
}
