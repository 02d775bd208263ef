package io.fluxo.cpu.simd;

import java.util.List;

/**
 * A kernel of a recorded step.
 *
 * @param op     the operation, or several that are joined, for who looks at a recording
 * @param reads  its inputs' arrays, or what they were rearranged from, and
 * @param writes the arrays it writes; both where it updates one
 */
record Instruction(String op, Kernel kernel, List<Object> reads, List<Object> writes) {

    boolean reads(Object array) {
        return contains(reads, array);
    }

    boolean writes(Object array) {
        return contains(writes, array);
    }

    /** Whether it may run before, after or beside {@code other}. */
    boolean dependsNotOn(Instruction other) {
        return reads.stream().noneMatch(other::writes) && writes.stream().noneMatch(array -> other.reads(array) || other.writes(array));
    }

    /** Two arrays are the same only if they are one. */
    static boolean contains(List<Object> arrays, Object array) {
        for (Object other : arrays) {
            if (other == array) {
                return true;
            }
        }
        return false;
    }
}
