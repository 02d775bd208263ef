/** The kernels of updates in place: optimizer steps, sums, and the factor that gradients are clipped by. */
package io.fluxo.cpu.simd.update;
