package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.architecture.Source;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;

/** Reads a cell's values out of its tensor, piece by piece, into the array that will hold them: there is no second one. */
final class CellReader {

    private final Source source;
    private final Shape shape;
    private final DType dtype;
    private final float[] floats;
    private final double[] doubles;
    /** Sizes of the stored tensor as a matrix. */
    private final int columns;
    private final int width;

    /** @param into the array that will hold the values, of the cell's size or longer: {@code double[]} for F64, else {@code float[]} */
    CellReader(Source source, Shape shape, DType dtype, Object into) {
        this.source = source;
        this.shape = shape;
        this.dtype = dtype;
        floats = into instanceof float[] single ? single : null;
        doubles = into instanceof double[] wide ? wide : null;
        Shape stored = source.stored(shape);
        columns = stored.rank() == 0 ? 1 : stored.size(stored.rank() - 1);
        width = shape.rank() == 0 ? 1 : shape.size(shape.rank() - 1);
    }

    void read(Safetensors tensors) {
        tensors.stream(source.tensor(), (at, values, count) -> take(tensors, at, values, count));
    }

    /** Puts {@code count} values of the tensor, from its element {@code at} on, where they belong. */
    private void take(Safetensors tensors, long at, Object values, int count) {
        float[] single = values instanceof float[] some ? some : null;
        double[] wide = values instanceof double[] some ? some : null;
        int row = (int) (at / columns);
        int column = (int) (at % columns);
        int first = source.part() * width;
        for (int i = 0; i < count; i++) {
            double value = (single != null ? single[i] : wide[i]) + source.shift();
            if (source.turned()) {
                put(tensors, column * width + row - first, row >= first && row < first + width, value, row, column);
            } else {
                put(tensors, row * width + column - first, column >= first && column < first + width, value, row, column);
            }
            if (++column == columns) {
                column = 0;
                row++;
            }
        }
    }

    private void put(Safetensors tensors, int to, boolean belongs, double value, int row, int column) {
        if (!belongs) {
            return;
        }
        float rounded = dtype == DType.BF16 ? HostArray.roundToBf16((float) value) : (float) value;
        if (!(dtype == DType.F64 ? Double.isFinite(value) : Float.isFinite(rounded))) {
            throw new CheckpointException(tensors.path(), Text.format("the tensor %s holds %s at %s%s: a model with it computes nothing", shown(source.tensor()),
                    Double.isFinite(value) ? value + ", too large for " + dtype.label() + "," : Double.toString(value),
                    source.stored(shape).rank() > 1 ? "row " + row + ", column " : "element ", column));
        }
        if (dtype == DType.F64) {
            doubles[to] = value;
        } else {
            floats[to] = rounded;
        }
    }
}
