package io.fluxo.layer.norm;

/**
 * A norm that declares that it computes the chapter's (x − μ)/√(σ² + ε), μ and σ² over the features of each token. Claims about that formula are
 * checked only on such norms.
 */
public interface ChapterNorm {}
