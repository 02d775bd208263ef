package io.fluxo.cpu.simd.loops;

import io.fluxo.shape.Shape;
import java.util.Arrays;

/**
 * How elementwise operations walk their inputs: rows of {@link #length} elements, {@link #rows} of them; within a row an input advances by
 * its {@link #step} (1, or 0 where it is stretched), and each row begins where {@link #offset} says. Axes that all inputs walk alike are
 * merged, so that tensors of one shape are a single row.
 */
public final class Broadcast {

    private final int[] sizes;
    private final int[][] strides;
    private final int length;
    private final int rows;

    public Broadcast(Shape output, Shape... inputs) {
        int rank = output.rank();
        int[] merged = new int[Math.max(rank, 1)];
        int[][] steps = new int[inputs.length][Math.max(rank, 1)];
        Arrays.fill(merged, 1);
        int[] own = new int[inputs.length];
        Arrays.fill(own, 1);
        int at = merged.length - 1;
        boolean started = false;
        for (int axis = rank - 1; axis >= 0; axis--) {
            int size = output.size(axis);
            if (size == 1) {
                continue;
            }
            boolean joins = started;
            int[] step = new int[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                int from = axis - rank + inputs[i].rank();
                int inputSize = from < 0 ? 1 : inputs[i].size(from);
                step[i] = inputSize == 1 ? 0 : own[i];
                own[i] *= inputSize;
                joins &= step[i] == steps[i][at] * merged[at];
            }
            if (!joins) {
                at -= started ? 1 : 0;
                started = true;
                merged[at] = size;
                for (int i = 0; i < inputs.length; i++) {
                    steps[i][at] = step[i];
                }
            } else {
                merged[at] *= size;
            }
        }
        sizes = Arrays.copyOfRange(merged, at, merged.length);
        strides = new int[inputs.length][];
        for (int i = 0; i < inputs.length; i++) {
            strides[i] = Arrays.copyOfRange(steps[i], at, merged.length);
        }
        length = sizes[sizes.length - 1];
        rows = output.elements() == 0 ? 0 : output.elements() / length;
    }

    public int length() {
        return length;
    }

    public int rows() {
        return rows;
    }

    /** 1 where input {@code i} advances within a row, else 0. */
    public int step(int i) {
        return strides[i][sizes.length - 1];
    }

    /** Where {@code row} of input {@code i} begins. */
    public int offset(int i, int row) {
        int at = 0;
        int rest = row;
        for (int axis = sizes.length - 2; axis >= 0; axis--) {
            at += rest % sizes[axis] * strides[i][axis];
            rest /= sizes[axis];
        }
        return at;
    }
}
