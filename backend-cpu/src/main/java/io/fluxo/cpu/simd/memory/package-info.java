/** Where values stand: tensors, their arrays, and the scopes that take arrays back to hand them out again. */
package io.fluxo.cpu.simd.memory;
