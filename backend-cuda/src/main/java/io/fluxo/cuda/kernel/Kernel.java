package io.fluxo.cuda.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A kernel that can be launched.
 *
 * @param handle the driver's
 */
public record Kernel(String name, MemorySegment handle) {}
