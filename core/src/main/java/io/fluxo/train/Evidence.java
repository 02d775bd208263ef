package io.fluxo.train;

import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;

/**
 * The values that a measured step brings to the host for its {@link Measure}s.
 *
 * @param layers     the paths of the model's layers, first to last: {@code blocks.0}
 * @param parameters the names of its parameters, in its order: {@code blocks.0.attn.W_Q}
 * @param values     the values of each kind that a measure needs
 */
public record Evidence(List<String> layers, List<String> parameters, Map<Kind, List<HostArray>> values) {

    /** What a measure may need. */
    public enum Kind {
        /** ∂L/∂w, one for each parameter, before they are clipped. */
        GRADIENTS,
        /** x_0 … x_L, [batch pos width] each: the stream before the first layer, and after each. */
        STREAM,
        /** ∂L/∂x_0 … ∂L/∂x_L. */
        STREAM_GRADIENTS,
        /** The parameters before the update. */
        WEIGHTS_BEFORE,
        /** The parameters after the update. */
        WEIGHTS_AFTER
    }

    /**
     * The values of one kind.
     *
     * @throws IllegalStateException if no measure of this step said that it needs them
     */
    public List<HostArray> of(Kind kind) {
        List<HostArray> found = values.get(kind);
        if (found == null) {
            throw new IllegalStateException(Text.format("a measure looks at %s, which it does not name among its needs; this step has %s", kind, values.keySet()));
        }
        return found;
    }
}
