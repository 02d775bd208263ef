package io.fluxo.architecture;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;

/**
 * Where a cell's values lie: in a tensor as it is, or in one that has to be turned, divided or shifted.
 *
 * @param tensor its name
 * @param turned whether it is stored [out in], as PyTorch's nn.Linear has it, and the cell is [in out]
 * @param part   which of the {@code parts} of equal width along the outputs the cell is, from 0
 * @param parts  how many cells lie side by side in the tensor
 * @param shift  what is added to each value: 1 for a gain that is stored as its difference from 1
 */
public record Source(String tensor, boolean turned, int part, int parts, double shift) {

    /** A tensor as it is. */
    public static Source whole(String tensor) {
        return new Source(tensor, false, 0, 1, 0);
    }

    /** The same in a tensor of another name. */
    Source in(String other) {
        return new Source(other, turned, part, parts, shift);
    }

    /** Whether the cell is the tensor, element by element. */
    public boolean isWhole() {
        return !turned && parts == 1 && shift == 0;
    }

    /** The shape of the tensor whose cell is {@code cell}. */
    public Shape stored(Shape cell) {
        int last = cell.rank() - 1;
        Shape wide = parts == 1 ? cell : cell.with(last, cell.dim(last).times(Dim.of(parts)));
        return turned && wide.rank() == 2 ? Shape.of(wide.dim(1), wide.dim(0)) : wide;
    }
}
