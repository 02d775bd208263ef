/** Norms: what brings a token's features to a common scale. */
package io.fluxo.layer.norm;
