package io.fluxo.experiments.study.trial;

import io.fluxo.text.Text;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What "equal parameters" and "equal compute" mean.
 *
 * @param parameters   trained numbers; empty where the model cannot be built
 * @param multiplyAdds multiply-adds per token of a training step: 3·Σ r·k·c over the products of matrices [r k]·[k c] of a forward pass over n_ctx
 *                     tokens, divided by n_ctx. The backward pass counts as two forward ones (a product's two derivatives are products of the same
 *                     size), attention as the whole n_ctx × n_ctx square whatever the mask; element by element work, norms, softmax and the
 *                     optimizer do not count; NaN where a product is larger than a tensor can be, or the model does not run
 *                     on shapes alone
 * @param problem      why the size is not known, naming the part; empty where it is, or where nothing but a product is too large
 */
public record ModelSize(OptionalLong parameters, double multiplyAdds, Optional<String> problem) {

    public ModelSize(long parameters, double multiplyAdds) {
        this(OptionalLong.of(parameters), multiplyAdds, Optional.empty());
    }

    /** {@code 311,904}, or a dash. */
    public String multiplyAddsText() {
        return Double.isFinite(multiplyAdds) ? Text.format("%,.0f", multiplyAdds) : "–";
    }

    /** {@code 103,968}, or a dash. */
    public String parametersText() {
        return parameters.isPresent() ? Text.format("%,d", parameters.getAsLong()) : "–";
    }
}
