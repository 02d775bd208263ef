/** Kernels: their CUDA sources, compiled for the device at hand and kept on disk, and their launches. */
package io.fluxo.cuda.kernel;
