/** The backend {@code cuda}: operations one by one, and steps that are recorded and replayed as CUDA graphs. */
package io.fluxo.cuda.engine;
