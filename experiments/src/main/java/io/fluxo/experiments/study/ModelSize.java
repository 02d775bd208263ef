package io.fluxo.experiments.study;

/**
 * What "equal parameters" and "equal compute" mean.
 *
 * @param parameters   trained numbers
 * @param multiplyAdds multiply-adds per token of a training step: 3·Σ r·k·c over the products of matrices [r k]·[k c] of a forward pass over n_ctx
 *                     tokens, divided by n_ctx. The backward pass counts as two forward ones (a product's two derivatives are products of the same
 *                     size), attention as the whole n_ctx × n_ctx square whatever the mask; element by element work, norms, softmax and the
 *                     optimizer do not count; NaN where a product is larger than a tensor can be
 */
public record ModelSize(long parameters, double multiplyAdds) {}
