/** An open GPU: its stream, its memory, its kernels and its products. */
package io.fluxo.cuda.device;
