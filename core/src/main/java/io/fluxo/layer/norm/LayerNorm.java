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

/** (x − μ)/√(σ² + ε) · w + b over the last axis (Ba, Kiros and Hinton 2016). */
public final class LayerNorm extends Layer implements ChapterNorm {

    private final double eps;
    private final Parameter gain;
    private final Parameter bias;
    private final Map<Inside, HookPoint> inside = Map.of(Inside.SCALE, interior("hook_scale"), Inside.NORMALIZED, interior("hook_normalized"));
    private final HookPoint hookOut = boundary("hook_out");

    public LayerNorm(String path, Dim width, boolean affine, double eps) {
        super(path);
        this.eps = eps;
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
        bias = affine ? parameter("b", Shape.of(width), Initializer.ZEROS) : null;
    }

    /** What is added under the root. */
    public double eps() {
        return eps;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        FusedOp.LayerNorm op = new FusedOp.LayerNorm(eps, gain != null);
        return pass.at(hookOut, gain == null ? pass.inspected(op, inside, x) : pass.inspected(op, inside, x, gain.value(), bias.value()));
    }
}
