/** What a kernel is: an operation made ready on its arrays. And how neighbouring kernels become one. */
package io.fluxo.cpu.simd.kernel;
