/** The kernels of primitive operations. */
package io.fluxo.cpu.simd.primitive;
