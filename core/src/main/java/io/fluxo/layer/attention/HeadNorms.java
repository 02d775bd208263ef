package io.fluxo.layer.attention;

import io.fluxo.layer.Layer;

/**
 * Norms within attention, of each head for itself, in the place of {@code qk_norm}: [batch n head d_head] → the same, of values [batch n head d_v]. Attention without queries and keys takes the last
 * alone.
 *
 * @param queries before they are turned by their positions
 * @param keys    likewise
 * @param values  what is carried
 */
public record HeadNorms(Layer queries, Layer keys, Layer values) {}
