/** Threads that share out tasks, and how work is cut into tasks. */
package io.fluxo.cpu.simd.workers;
