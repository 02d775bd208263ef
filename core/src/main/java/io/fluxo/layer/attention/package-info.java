/** Attention: the one sub-layer that lets tokens see each other, and its kinds. */
package io.fluxo.layer.attention;
