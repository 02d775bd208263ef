/** Kernels: operations prepared on their arrays, and the joining of neighbouring kernels. */
package io.fluxo.cpu.simd.kernel;
