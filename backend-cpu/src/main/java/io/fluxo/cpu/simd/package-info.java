/**
 * The backend {@code simd}: float32 on any CPU by the JDK's Vector API. The rooms, from the ground up: vector; memory, workers, loops; products; kernel; primitive,
 * fused, update; recording. Each needs only those before it.
 */
package io.fluxo.cpu.simd;
