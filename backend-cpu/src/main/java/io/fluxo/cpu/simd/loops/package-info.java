/** Arithmetic on arrays of float32: element by element, row by row and over columns. Nothing here knows tensors or threads. */
package io.fluxo.cpu.simd.loops;
