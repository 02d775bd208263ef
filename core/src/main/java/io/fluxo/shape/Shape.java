package io.fluxo.shape;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The dims of a tensor, outermost first. Equality is that of sizes, not of labels. */
public final class Shape {

    /** The shape of a single number. */
    public static final Shape SCALAR = new Shape(new Dim[0]);

    private final Dim[] dims;
    private final int[] sizes;
    private final int elements;

    private Shape(Dim[] dims) {
        this.dims = dims;
        int[] known = new int[dims.length];
        boolean symbolic = false;
        long count = 1;
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] instanceof Dim.Known(_, long value)) {
                if (value < 0) {
                    throw new ShapeMismatchException("an axis cannot have the negative size " + dims[axis]);
                }
                if (value > Integer.MAX_VALUE) {
                    throw new ShapeMismatchException("the axis " + dims[axis] + " is longer than one array can be");
                }
                known[axis] = (int) value;
                count = value == 0 ? 0 : count > Long.MAX_VALUE / value ? Long.MAX_VALUE : count * value;
            } else {
                symbolic = true;
            }
        }
        this.sizes = symbolic ? null : known;
        this.elements = symbolic ? -1 : toElements(count, dims);
    }

    private static int toElements(long count, Dim[] dims) {
        if (count > Integer.MAX_VALUE - 64) {
            throw new ShapeMismatchException("a tensor " + Arrays.toString(dims) + " of " + count + " elements is larger than one array holds");
        }
        return (int) count;
    }

    public static Shape of(Dim... dims) {
        return new Shape(dims.clone());
    }

    public static Shape of(List<Dim> dims) {
        return new Shape(dims.toArray(Dim[]::new));
    }

    /** A known shape without labels. */
    public static Shape of(int... sizes) {
        return new Shape(Arrays.stream(sizes).mapToObj(Dim::of).toArray(Dim[]::new));
    }

    public int rank() {
        return dims.length;
    }

    /** The dim of {@code axis}; negative axes count from the end. */
    public Dim dim(int axis) {
        return dims[axis(axis)];
    }

    public List<Dim> dims() {
        return List.of(dims);
    }

    /** {@code axis} counted from the front; −1 is the last. */
    public int axis(int axis) {
        int front = axis < 0 ? axis + dims.length : axis;
        if (front < 0 || front >= dims.length) {
            throw new ShapeMismatchException("axis " + axis + " does not exist in " + this);
        }
        return front;
    }

    /** This shape where the symbols have these sizes, see {@link Dim#at}. */
    public Shape at(Map<String, Long> sizes) {
        return sizes.isEmpty() || isKnown() ? this : of(Arrays.stream(dims).map(dim -> dim.at(sizes)).toList());
    }

    /** Whether every size is a number. */
    public boolean isKnown() {
        return sizes != null;
    }

    /** The size of {@code axis} as a number; an error where it is symbolic. */
    public int size(int axis) {
        return dims[axis(axis)].size();
    }

    /** The number of elements; an error where a size is symbolic. */
    public int elements() {
        if (sizes == null) {
            throw new UnknownSizeException(this);
        }
        return elements;
    }

    /** The number of elements of a row of all axes from {@code axis} on. */
    public int elementsFrom(int axis) {
        int count = 1;
        for (int i = axis; i < dims.length; i++) {
            count *= sizes[i];
        }
        return count;
    }

    /** All sizes as numbers; an error where one is symbolic. */
    public int[] sizes() {
        elements();
        return sizes.clone();
    }

    /** This shape with {@code dim} in place of {@code axis}. */
    public Shape with(int axis, Dim dim) {
        Dim[] changed = dims.clone();
        changed[axis(axis)] = dim;
        return new Shape(changed);
    }

    /** This shape without {@code axis}. */
    public Shape without(int axis) {
        int gone = axis(axis);
        Dim[] rest = new Dim[dims.length - 1];
        System.arraycopy(dims, 0, rest, 0, gone);
        System.arraycopy(dims, gone + 1, rest, gone, rest.length - gone);
        return new Shape(rest);
    }

    /** The axes from {@code from} (inclusive) to {@code to} (exclusive). */
    public Shape slice(int from, int to) {
        return new Shape(Arrays.copyOfRange(dims, from, to));
    }

    /** This shape's axes followed by {@code other}'s. */
    public Shape concat(Shape other) {
        return new Shape(Stream.concat(Arrays.stream(dims), Arrays.stream(other.dims)).toArray(Dim[]::new));
    }

    /** Row-major strides, in elements. */
    public int[] strides() {
        int[] strides = new int[dims.length];
        int step = 1;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            strides[axis] = step;
            step *= sizes[axis];
        }
        return strides;
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Shape shape)) {
            return false;
        }
        return sizes != null && shape.sizes != null ? Arrays.equals(sizes, shape.sizes) : Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.stream(dims).map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
