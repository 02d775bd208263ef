package io.fluxo.layer.norm;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/** x/√(mean x² + ε) · w over the last axis (Zhang and Sennrich 2019). */
public final class RmsNorm extends Layer {

    private final double eps;
    private final Parameter gain;
    private final Map<Inside, HookPoint> inside = Map.of(Inside.SCALE, interior("hook_scale"), Inside.NORMALIZED, interior("hook_normalized"));
    private final HookPoint hookOut = boundary("hook_out");

    public RmsNorm(String path, Dim width, boolean affine, double eps) {
        super(path);
        this.eps = eps;
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
    }

    /** What is added under the root. */
    public double eps() {
        return eps;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        FusedOp.RmsNorm op = new FusedOp.RmsNorm(eps, gain != null);
        return pass.at(hookOut, gain == null ? pass.inspected(op, inside, x) : pass.inspected(op, inside, x, gain.value()));
    }
}
