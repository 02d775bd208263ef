/** Storage: tensors, their arrays, and the scopes that take arrays back for reuse. */
package io.fluxo.cpu.simd.memory;
