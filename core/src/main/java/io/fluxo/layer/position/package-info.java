/** Positions: how a token's place enters, by the embedding or by the scores of attention. */
package io.fluxo.layer.position;
