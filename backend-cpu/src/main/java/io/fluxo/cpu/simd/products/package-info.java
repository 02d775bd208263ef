/** Products of matrices, and attention, which is products with a softmax in between. */
package io.fluxo.cpu.simd.products;
