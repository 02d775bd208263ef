/** Carries out what the backend is asked for, writes it down, and plans a recorded step so that it can be replayed. */
package io.fluxo.cpu.simd.recording;
