/** Vectors of the machine's width, and functions on them whose results do not depend on that width. */
package io.fluxo.cpu.simd.vector;
