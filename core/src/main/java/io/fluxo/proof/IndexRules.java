package io.fluxo.proof;

import io.fluxo.op.PrimitiveOp.ArgMax;
import io.fluxo.op.PrimitiveOp.Gather;
import io.fluxo.op.PrimitiveOp.ScatterAdd;
import io.fluxo.proof.Element.Known;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.Arrays;

/** Operations that compute or use an index: their results also depend on what the index depends on. */
final class IndexRules {

    private IndexRules() {}

    /** Which element is largest depends on all of them, unless all are known and none is NaN. */
    static DependenceTensor argMax(ArgMax op, DependenceTensor x, Shape shape) {
        int axis = x.shape().axis(op.axis());
        int size = x.shape().size(axis);
        int inner = x.shape().elementsFrom(axis + 1);
        Element[] out = new Element[shape.elements()];
        for (int i = 0; i < out.length; i++) {
            int start = i / inner * size * inner + i % inner;
            int best = 0;
            boolean known = true;
            TokenSet sources = TokenSet.NONE;
            for (int j = 0; j < size; j++) {
                Element candidate = x.at(start + j * inner);
                sources = sources.union(candidate.sources());
                known &= candidate instanceof Known(double number) && !Double.isNaN(number);
                best = known && isLarger((Known) candidate, (Known) x.at(start + best * inner)) ? j : best;
            }
            out[i] = known || size == 1 ? new Known(best) : Element.of(sources);
        }
        return DependenceTensor.of(shape, DType.I32, out);
    }

    private static boolean isLarger(Known candidate, Known best) {
        return candidate.number() > best.number();
    }

    /** A known index takes its row; an unknown one may take any, and which one depends on what the index depends on. */
    static DependenceTensor gather(Gather op, DependenceTensor table, DependenceTensor indices, Shape shape) {
        int width = table.shape().elementsFrom(1);
        int rows = table.shape().size(0);
        Element[] anyRow = null;
        Element[] out = new Element[shape.elements()];
        for (int i = 0; i < indices.shape().elements(); i++) {
            Element index = indices.at(i);
            if (!(index instanceof Known) && anyRow == null) {
                anyRow = anyRow(table, rows, width);
            }
            for (int j = 0; j < width; j++) {
                out[i * width + j] = switch (index) {
                    case Known(double row) -> table.at(row(op.name(), row, rows) * width + j);
                    case Element.Unknown _ -> anyRow[j] instanceof Known ? anyRow[j] : anyRow[j].alsoChangedBy(index);
                };
            }
        }
        return DependenceTensor.of(shape, table.dtype(), out);
    }

    /** For each column, what holds of it in every row. */
    private static Element[] anyRow(DependenceTensor table, int rows, int width) {
        Element[] any = new Element[width];
        for (int j = 0; j < width; j++) {
            any[j] = rows == 0 ? Element.WEIGHT : table.at(j);
            for (int row = 1; row < rows && !table.isUniform(); row++) {
                any[j] = any[j].joinedWith(table.at(row * width + j));
            }
        }
        return any;
    }

    /** A value at an unknown index may have been added to any row; a known 0 changes none. */
    static DependenceTensor scatterAdd(ScatterAdd op, DependenceTensor indices, DependenceTensor values, Shape shape) {
        int width = shape.elementsFrom(1);
        int rows = shape.size(0);
        Element[] sums = new Element[shape.elements()];
        Arrays.fill(sums, Element.ZERO);
        for (int i = 0; i < indices.shape().elements(); i++) {
            Element index = indices.at(i);
            int first = index instanceof Known(double row) ? row(op.name(), row, rows) : 0;
            int last = index instanceof Known ? first : rows - 1;
            for (int j = 0; j < width; j++) {
                Element value = values.at(i * width + j);
                // at an unknown index: the value or 0, as the index says
                Element share = ElementRules.where(index instanceof Known ? Element.ONE : index, value, Element.ZERO);
                for (int row = first; row <= last; row++) {
                    int at = row * width + j;
                    sums[at] = Exact.within(values.dtype(), ElementRules.sum(sums[at], share));
                }
            }
        }
        return DependenceTensor.of(shape, values.dtype(), sums);
    }

    private static int row(String op, double index, int rows) {
        if (index < 0 || index >= rows) {
            throw new IndexOutOfBoundsException(Text.format("%s: index %d is outside 0 … %d", op, (long) index, rows - 1));
        }
        return (int) index;
    }
}
