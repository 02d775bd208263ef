package io.fluxo.block;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** What a delta rule adds to a stream x: β(v − kᵀx)k, with k = f/‖f‖, β = 2σ(w_β·N(x) + b_β) and v = 4σ(w_v·x + b_v), one number each for every token. */
final class DeltaRule extends Layer {

    /** Added to ‖f‖, so that a sub-layer that returns nothing has a direction of length 0. */
    private static final double TINY = 1e-5;

    private final Parameter wBeta;
    private final Parameter bBeta;
    private final Parameter wV;
    private final Parameter bV;
    private final HookPoint hookK = boundary("hook_k");
    private final HookPoint hookBeta = boundary("hook_beta");
    private final HookPoint hookV = boundary("hook_v");
    private final HookPoint hookRead = boundary("hook_read");
    private final HookPoint hookUpdate = boundary("hook_update");

    /** @param beta β where w_β·N(x) is 0, between 0 and 2 */
    DeltaRule(String path, Dim width, double beta) {
        super(path);
        wBeta = parameter("w_beta", Shape.of(width, Dim.ONE), overRoot(0.1));
        bBeta = parameter("b_beta", Shape.of(1), Initializer.constant(Math.log(beta / (2 - beta))));
        wV = parameter("w_v", Shape.of(width, Dim.ONE), overRoot(1));
        bV = parameter("b_v", Shape.of(1), Initializer.ZEROS);
    }

    /** N(0, factor²/d). */
    private static Initializer overRoot(double factor) {
        return (shape, key) -> Initializer.normal(factor / Math.sqrt(shape.size(0))).sample(shape, key);
    }

    /**
     * What is added.
     *
     * @param x      the stream, [batch pos d_model], as the others
     * @param normed N(x)
     * @param f      what the sub-layer returned
     */
    Tensor update(Pass pass, Tensor x, Tensor normed, Tensor f) {
        Tensor length = pass.sqrt(pass.sum(pass.mul(f, f), -1));                                                                // ‖f‖, [batch pos 1] as all numbers
        Tensor k = pass.at(hookK, pass.div(f, pass.shift(length, TINY)));
        Tensor beta = pass.at(hookBeta, pass.scale(pass.sigmoid(pass.add(pass.matMul(normed, wBeta.value()), bBeta.value())), 2));
        Tensor v = pass.at(hookV, pass.scale(pass.sigmoid(pass.add(pass.matMul(x, wV.value()), bV.value())), 4));
        Tensor read = pass.at(hookRead, pass.sum(pass.mul(k, x), -1));                                                          // kᵀx
        return pass.at(hookUpdate, pass.mul(pass.mul(beta, pass.sub(v, read)), k));
    }

    /** The update of a stream whose norm is the stream itself. */
    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        return update(pass, x, x, x);
    }
}
