package io.fluxo.program;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;

/**
 * What an instruction makes, or what a program is given from outside. A value never changes; what replaces it is another value.
 *
 * @param number of this value in its program, from 0
 * @param place  where its elements stand: the number of the value that came there first. A view, and the result of an update, stand in the place
 *               of an earlier value
 */
public record Value(int number, int place, Shape shape, DType dtype) {

    /** Whether both stand in one place. */
    public boolean isAt(Value other) {
        return place == other.place;
    }

    /** Whether it is the first in its place. */
    public boolean isNew() {
        return place == number;
    }

    /** The size of its last axis; 1 where it has none. */
    public int columns() {
        return shape.rank() == 0 ? 1 : shape.size(-1);
    }
}
