package io.fluxo.shape;

/** Where, in the flat array of one tensor, the elements of a walk through another shape lie: the one idea behind all movement and broadcasting. */
public final class Walk {

    private Walk() {}

    /** For each element of {@code sizes} in row-major order: start + Σ index·stride. */
    public static int[] through(int[] sizes, int[] strides, int start) {
        int count = 1;
        for (int size : sizes) {
            count *= size;
        }
        int[] positions = new int[count];
        int[] index = new int[sizes.length];
        int position = start;
        for (int i = 0; i < count; i++) {
            positions[i] = position;
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                position += strides[axis];
                if (++index[axis] < sizes[axis]) {
                    break;
                }
                position -= strides[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
        return positions;
    }

    /** Where the elements of {@code to} come from when {@code from} is broadcast to it. */
    public static int[] broadcast(Shape from, Shape to) {
        int[] own = from.strides();
        int[] strides = new int[to.rank()];
        int extra = to.rank() - from.rank();
        for (int axis = 0; axis < own.length; axis++) {
            strides[axis + extra] = from.size(axis) == 1 ? 0 : own[axis];
        }
        return through(to.sizes(), strides, 0);
    }
}
