package io.fluxo.layer.position;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/**
 * Adds sin(p/10000^(2i/d)) at feature 2i and cos of the same at 2i + 1 (Vaswani et al. 2017, section 3.5). Untrained.
 */
public final class SinusoidalPositions extends Layer {

    private final HookPoint hook;

    public SinusoidalPositions(String path) {
        super(path);
        hook = boundary("hook_pos_embed");
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        return pass.add(x, pass.at(hook, table(pass, x.dim(1), x.dim(2), x.dtype())));
    }

    /** [pos d_model]. */
    private static Tensor table(Pass pass, Dim pos, Dim dModel, DType dtype) {
        Shape shape = Shape.of(pos, dModel);
        Tensor feature = pass.iota(1, shape, DType.I32);
        // 0, 0, 2, 2, 4, 4 …: a cosine has the frequency of the sine before it
        Tensor odd = odd(pass, feature, dtype);
        Tensor even = pass.sub(pass.cast(feature, dtype), odd);
        Tensor frequency = pass.exp(pass.scale(pass.scale(even, Scalar.reciprocal(dModel)), -Math.log(10_000)));
        Tensor angle = pass.mul(Positions.from(pass, pass.first(), 0, shape, dtype), frequency);
        return pass.where(pass.cast(odd, DType.BOOL), pass.cos(angle), pass.sin(angle));
    }

    /** 0, 1, 0, 1 …: how far a feature is beyond twice its truncated half. */
    private static Tensor odd(Pass pass, Tensor feature, DType dtype) {
        Tensor exact = pass.cast(feature, dtype);
        Tensor half = pass.cast(pass.cast(pass.scale(exact, 0.5), DType.I32), dtype);
        return pass.sub(exact, pass.scale(half, 2));
    }
}
