package io.fluxo.block;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * nGPT (arXiv 2410.01131): the stream stays on the sphere, h ← n(n(h) + |α|(n(f(n(h))) − n(h))), n(x) = x/‖x‖. Each sub-layer has a trained α for every feature, which says how far the stream goes
 * towards what the sub-layer points at. The first block puts the embedding on the sphere. After every step of training the sub-layers' matrices are put back to vectors of length 1 along d_model.
 */
public final class SphereBlock extends OneStreamBlock {

    private final double first;
    private final Parameter alphaAttn;
    private final Parameter alphaMlp;
    private final HookPoint hookAlphaAttn;
    private final HookPoint hookAlphaMlp;

    /** @param first α at first */
    public SphereBlock(Placement.Parts parts, double first) {
        super(parts, Symbols.BARE);
        this.first = first;
        keepOnSphere(present(attention), parts);
        alphaAttn = attnOut == null ? null : alpha(parts, "alpha_attn");
        hookAlphaAttn = attnOut == null ? null : boundary("hook_alpha_attn");
        keepOnSphere(present(mlp), parts);
        alphaMlp = mlpOut == null ? null : alpha(parts, "alpha_mlp");
        hookAlphaMlp = mlpOut == null ? null : boundary("hook_alpha_mlp");
    }

    /** What reads the stream and what is added to it: each column of W_Q, each row of W_O. */
    private void keepOnSphere(Layer subLayer, Placement.Parts parts) {
        for (Parameter parameter : subLayer.parameters()) {
            List<Dim> dims = parameter.shape().dims();
            IntStream.range(0, dims.size()).filter(axis -> dims.size() == 2 && isWidth(dims.get(axis), parts.dModel())).findFirst()
                    .ifPresent(axis -> keep(parameter, (ops, w) -> Sphere.of(ops, w, axis)));
        }
    }

    /** In a square matrix names tell the axes apart. */
    private static boolean isWidth(Dim dim, Dim width) {
        return dim.equals(width) && dim.label().equals(width.label());
    }

    /** Stored divided by α√d of the beginning: all begin at 1/√d, the size of a feature on the sphere, so that the optimizer moves them as it moves weights. */
    private Parameter alpha(Placement.Parts parts, String name) {
        return parameter(name, Shape.of(parts.dModel()), (shape, key) -> Initializer.constant(1 / Math.sqrt(shape.size(0))).sample(shape, key));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor h = Sphere.of(pass, x);                                                      // n(x_i)
        Tensor hs = context == x ? h : Sphere.of(pass, context);                            // [n(x_1) … n(x_N)]
        Tensor t1 = pass.at(attnOut, Sphere.of(pass, attention.forward(pass, h, hs)));      // t1 = n(MHA(h_i, [h_1 … h_N]))
        Tensor alpha = pass.at(hookAlphaAttn, absolute(pass, alphaAttn));
        return pass.at(residMid, towards(pass, h, t1, alpha));                              // t2 = n(h + |α|(t1 − h))
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t2) {
        Tensor h = Sphere.of(pass, t2);                                                     // n(t2)
        Tensor t4 = pass.at(mlpOut, Sphere.of(pass, mlp.forward(pass, h)));                 // t4 = n(FFN(h))
        Tensor alpha = pass.at(hookAlphaMlp, absolute(pass, alphaMlp));
        return pass.at(residPost, towards(pass, h, t4, alpha));                             // h = n(h + |α|(t4 − h))
    }

    private static Tensor towards(Pass pass, Tensor h, Tensor f, Tensor alpha) {
        return Sphere.of(pass, pass.add(h, pass.mul(alpha, pass.sub(f, h))));
    }

    /** |α|, [d_model]. */
    private Tensor absolute(Pass pass, Parameter stored) {
        Tensor begun = pass.constantLike(stored.value(), Scalar.reciprocalSqrt(stored.shape().dim(0)));
        Tensor alpha = pass.scale(pass.div(stored.value(), begun), first);
        return pass.maximum(alpha, pass.neg(alpha));
    }

    @Override
    public String undeclared() {
        return "declares nothing about its stream: each feature moves by a factor of its own, between norms that are no layers";
    }
}
