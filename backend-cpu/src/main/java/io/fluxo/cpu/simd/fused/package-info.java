/** The kernels of fused operations, a forward and a backward one for each. */
package io.fluxo.cpu.simd.fused;
