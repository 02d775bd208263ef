package io.fluxo.conformance;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The primitives in plain loops over doubles, one element at a time by its index. Right by being readable. */
final class Reference {

    private Reference() {}

    /** A value for each index. */
    @FunctionalInterface
    interface At {
        double at(int[] index);
    }

    /** The array [sizes] whose element at each index is {@code value}. */
    static HostArray generate(int[] sizes, At value) {
        double[] values = new double[Shape.of(sizes).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.at(index(i, sizes));
        }
        return HostArray.of(Shape.of(sizes), values);
    }

    /** The element of {@code array} at {@code index}, which may have more axes in front; an axis of size 1 stretches. */
    static double get(HostArray array, int... index) {
        int rank = array.shape().rank();
        int position = 0;
        for (int axis = 0; axis < rank; axis++) {
            int size = array.shape().size(axis);
            position = position * size + (size == 1 ? 0 : index[index.length - rank + axis]);
        }
        return array.toDoubles()[position];
    }

    private static int[] index(int position, int[] sizes) {
        int[] index = new int[sizes.length];
        for (int axis = sizes.length - 1, rest = position; axis >= 0; axis--) {
            index[axis] = rest % sizes[axis];
            rest /= sizes[axis];
        }
        return index;
    }

    static HostArray map(HostArray x, DoubleUnaryOperator f) {
        return HostArray.of(x.shape(), Arrays.stream(x.toDoubles()).map(f).toArray());
    }

    static HostArray broadcast(HostArray a, HostArray b, DoubleBinaryOperator f) {
        return generate(broadcast(a.shape().sizes(), b.shape().sizes()), i -> f.applyAsDouble(get(a, i), get(b, i)));
    }

    static HostArray where(HostArray condition, HostArray then, HostArray otherwise) {
        int[] sizes = broadcast(condition.shape().sizes(), broadcast(then.shape().sizes(), otherwise.shape().sizes()));
        return generate(sizes, i -> get(condition, i) != 0 ? get(then, i) : get(otherwise, i));
    }

    static int[] broadcast(int[] a, int[] b) {
        int[] sizes = new int[Math.max(a.length, b.length)];
        for (int i = 1; i <= sizes.length; i++) {
            int left = i <= a.length ? a[a.length - i] : 1;
            int right = i <= b.length ? b[b.length - i] : 1;
            sizes[sizes.length - i] = left == 1 ? right : left;
        }
        return sizes;
    }

    /** Folds {@code axes}, which stay with size 1 where {@code keep}. */
    static HostArray fold(HostArray x, double start, DoubleBinaryOperator f, boolean keep, int... axes) {
        int[] sizes = x.shape().sizes();
        int[] kept = sizes.clone();
        for (int axis : axes) {
            kept[axis] = 1;
        }
        double[] values = new double[Shape.of(kept).elements()];
        Arrays.fill(values, start);
        double[] in = x.toDoubles();
        for (int i = 0; i < in.length; i++) {
            int[] index = index(i, sizes);
            int position = 0;
            for (int axis = 0; axis < sizes.length; axis++) {
                position = position * kept[axis] + (kept[axis] == 1 ? 0 : index[axis]);
            }
            values[position] = f.applyAsDouble(values[position], in[i]);
        }
        Shape shape = Shape.of(kept);
        for (int axis = sizes.length - 1; axis >= 0 && !keep; axis--) {
            int at = axis;
            shape = Arrays.stream(axes).anyMatch(folded -> folded == at) ? shape.without(axis) : shape;
        }
        return HostArray.of(shape, values);
    }

    static HostArray argMax(HostArray x, int axis) {
        HostArray indices = generate(x.shape().without(axis).sizes(), i -> {
            int[] at = insert(i, axis, 0);
            int best = 0;
            for (int j = 1; j < x.shape().size(axis); j++) {
                if (get(x, insert(i, axis, j)) > get(x, insert(at, axis, best, true))) {
                    best = j;
                }
            }
            return best;
        });
        return indices.cast(DType.I32);
    }

    /** {@code index} with {@code value} between its axes. */
    private static int[] insert(int[] index, int axis, int value) {
        int[] longer = new int[index.length + 1];
        System.arraycopy(index, 0, longer, 0, axis);
        System.arraycopy(index, axis, longer, axis + 1, index.length - axis);
        longer[axis] = value;
        return longer;
    }

    private static int[] insert(int[] index, int axis, int value, boolean replace) {
        int[] changed = index.clone();
        changed[axis] = value;
        return changed;
    }

    /** [… m k] · [… k n], either side transposed before; a right side of two axes serves all, a left side of one axis is a row. */
    static HostArray matMul(HostArray a, HostArray b, boolean transposeLeft, boolean transposeRight) {
        boolean row = a.shape().rank() == 1;
        int rows = row ? 1 : a.shape().size(-2);
        int columns = a.shape().size(-1);
        int m = transposeLeft ? columns : rows;
        int k = transposeLeft ? rows : columns;
        int n = b.shape().size(transposeRight ? -2 : -1);
        int[] leading = row ? new int[0] : a.shape().slice(0, a.shape().rank() - 2).sizes();
        int batches = Shape.of(leading).elements();
        double[] left = a.toDoubles();
        double[] right = b.toDoubles();
        double[] out = new double[batches * m * n];
        for (int batch = 0; batch < batches; batch++) {
            int leftStart = batch * m * k;
            int rightStart = b.shape().rank() == 2 ? 0 : batch * k * n;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        double x = left[leftStart + (transposeLeft ? p * m + i : i * k + p)];
                        double y = right[rightStart + (transposeRight ? j * k + p : p * n + j)];
                        sum += x * y;
                    }
                    out[(batch * m + i) * n + j] = sum;
                }
            }
        }
        return HostArray.of(row ? Shape.of(n) : Shape.of(leading).concat(Shape.of(m, n)), out);
    }

    static HostArray reshape(HostArray x, int... sizes) {
        return HostArray.of(Shape.of(sizes), x.toDoubles());
    }

    static HostArray permute(HostArray x, int... order) {
        int[] sizes = Arrays.stream(order).map(x.shape()::size).toArray();
        return generate(sizes, i -> {
            int[] from = new int[order.length];
            for (int axis = 0; axis < order.length; axis++) {
                from[order[axis]] = i[axis];
            }
            return get(x, from);
        });
    }

    static HostArray expand(HostArray x, int... sizes) {
        return generate(sizes, i -> get(x, i));
    }

    static HostArray slice(HostArray x, int axis, int start, int length) {
        int[] sizes = x.shape().sizes();
        sizes[axis] = length;
        return generate(sizes, i -> get(x, insert(i, axis, i[axis] + start, true)));
    }

    static HostArray pad(HostArray x, int axis, int before, int after, double value) {
        int[] sizes = x.shape().sizes();
        int old = sizes[axis];
        sizes[axis] += before + after;
        return generate(sizes, i -> i[axis] < before || i[axis] >= before + old ? value : get(x, insert(i, axis, i[axis] - before, true)));
    }

    static HostArray concat(int axis, HostArray... parts) {
        int[] sizes = parts[0].shape().sizes();
        sizes[axis] = Arrays.stream(parts).mapToInt(part -> part.shape().size(axis)).sum();
        return generate(sizes, i -> {
            int position = i[axis];
            for (HostArray part : parts) {
                if (position < part.shape().size(axis)) {
                    return get(part, insert(i, axis, position, true));
                }
                position -= part.shape().size(axis);
            }
            throw new IllegalStateException("beyond the last part");
        });
    }

    static HostArray gather(HostArray table, HostArray indices) {
        int width = table.shape().elementsFrom(1);
        double[] values = new double[indices.elements() * width];
        for (int i = 0; i < indices.elements(); i++) {
            System.arraycopy(table.toDoubles(), (int) indices.toDoubles()[i] * width, values, i * width, width);
        }
        return HostArray.of(indices.shape().concat(table.shape().slice(1, table.shape().rank())), values);
    }

    static HostArray scatterAdd(HostArray indices, HostArray values, int rows) {
        Shape shape = Shape.of(rows).concat(values.shape().slice(indices.shape().rank(), values.shape().rank()));
        int width = shape.elementsFrom(1);
        double[] sums = new double[shape.elements()];
        for (int i = 0; i < indices.elements(); i++) {
            for (int j = 0; j < width; j++) {
                sums[(int) indices.toDoubles()[i] * width + j] += values.toDoubles()[i * width + j];
            }
        }
        return HostArray.of(shape, sums);
    }

    /**
     * erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·5 … (2n+1)), whose terms have one sign, near 0 (Abramowitz and Stegun 7.1.6); further out
     * 1 − erfc x by the continued fraction e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3/2/(x + …)))) (7.1.14).
     */
    static double erf(double x) {
        if (!(Math.abs(x) > 2)) {
            double term = x;
            double sum = x;
            for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
                term *= 2 * x * x / (2 * n + 1);
                sum += term;
            }
            return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
        }
        double size = Math.abs(x);
        double fraction = size;
        for (int n = 120; n > 0; n--) {
            fraction = size + n / 2.0 / fraction;
        }
        return Math.signum(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction);
    }
}
