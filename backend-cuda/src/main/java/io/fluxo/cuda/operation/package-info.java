/** Each operation as launches of kernels and products of cuBLASLt, prepared on its tensors. */
package io.fluxo.cuda.operation;
