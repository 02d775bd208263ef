package io.fluxo.layer.norm;

/**
 * A norm that says it computes the chapter's (x − μ)/√(σ² + ε), μ and σ² over the features of each token. Claims about that formula are checked of
 * such norms alone.
 */
public interface ChapterNorm {}
