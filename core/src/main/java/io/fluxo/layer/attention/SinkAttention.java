package io.fluxo.layer.attention;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * Attention with a logit that stands for no token (gpt-oss; with the logit 0, "off-by-one softmax"): softmax over [s, scores], of which the first weight is
 * dropped. A row's weights sum to σ(LSE − s), below 1, so that a head can attend to nothing.
 */
public final class SinkAttention extends MultiHeadAttention {

    private final Parameter sink;
    private final HookPoint hookSink = interior("hook_sink");

    /** @param learned whether each head learns its logit, 0 at first; else it is 0 */
    public SinkAttention(String path, Dims dims, Design design, boolean learned) {
        super(path, dims, design);
        sink = learned ? parameter("sink", Shape.of(dims.nHeads(), Dim.ONE, Dim.ONE), Initializer.ZEROS) : null;
    }

    @Override
    protected Tensor mix(Pass pass, Tensor qs, Tensor ks, Tensor vs, Tensor bias) {
        Tensor scores = scores(pass, qs, ks, bias);                                                                    // [batch head n m]
        Shape column = scores.shape().with(3, Dim.ONE);
        Tensor logit = sink == null ? pass.constant(Scalar.ZERO, column, scores.dtype()) : pass.expand(sink.value(), column);
        Tensor weights = pass.softmax(pass.concat(3, pass.at(hookSink, logit), scores));                                                  // [batch head n 1+m]: first, so that what later keys add to a sum stays last
        Tensor pattern = shownPattern(pass, pass.slice(weights, 3, Dim.ONE, scores.dim(3)));
        return weighted(pass, pattern, Heads.share(pass, vs, dims().nHeads()));
    }
}
