package io.fluxo.block;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * Attention over depth: [batch pos source d_model] → [batch pos d_model]. Each token mixes its own sources, Σ α_i v_i with α = softmax_i(w · RMSNorm(v_i)). The
 * pseudo-query w is 0 at first, so that all sources count alike.
 */
final class DepthMix extends Layer {

    private static final double EPS = 1e-8;

    private final Layer norm;
    private final Parameter w;
    private final HookPoint hookSources = boundary("hook_sources");
    private final HookPoint hookScores = boundary("hook_scores");
    private final HookPoint hookPattern = boundary("hook_pattern");

    DepthMix(String path, Dim width) {
        super(path);
        norm = part(new RmsNorm(path + ".ln", width, true, EPS));
        w = parameter("w", Shape.of(width, Dim.ONE), Initializer.ZEROS);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor sources = pass.at(hookSources, x);
        Tensor scores = pass.at(hookScores, pass.squeeze(pass.matMul(norm.forward(pass, sources), w.value()), 3));     // w · RMSNorm(v_i), [batch pos source]
        Tensor pattern = pass.at(hookPattern, pass.softmax(scores));                                                    // α
        return pass.squeeze(pass.matMul(pass.unsqueeze(pattern, 2), sources), 2);                                       // Σ α_i v_i
    }
}
