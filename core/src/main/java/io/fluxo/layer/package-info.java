/** The layer SPI: layers, parameters, the pass that runs them, and the parts that rooms share: projections, embedding, dropout, initial values. */
package io.fluxo.layer;
