package io.fluxo.cpu.simd.loops;

import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.vector.Lanes;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Sums and maxima over the middle axis of [outer, size, inner]. Over rows (inner = 1) by 16 accumulators, over columns one row after the
 * other.
 */
public final class Reductions {

    private Reductions() {}

    public static void sum(float[] x, int outer, int size, int inner, float[] y) {
        if (inner == 1) {
            for (int o = 0; o < outer; o++) {
                y[o] = Lanes.sum(x, o * size, size);
            }
            return;
        }
        Arrays.fill(y, 0, outer * inner, 0);
        for (int o = 0; o < outer; o++) {
            for (int r = 0; r < size; r++) {
                addRow(y, o * inner, x, (o * size + r) * inner, inner);
            }
        }
    }

    public static void max(float[] x, int outer, int size, int inner, float[] y) {
        if (inner == 1) {
            for (int o = 0; o < outer; o++) {
                y[o] = Lanes.max(x, o * size, size);
            }
            return;
        }
        Arrays.fill(y, 0, outer * inner, Float.NEGATIVE_INFINITY);
        for (int o = 0; o < outer; o++) {
            for (int r = 0; r < size; r++) {
                for (int i = 0; i < inner; i++) {
                    y[o * inner + i] = Math.max(y[o * inner + i], x[(o * size + r) * inner + i]);
                }
            }
        }
    }

    /** y[yAt + j] = Σ_i x[i·columns + j] over some rows, one after the other: a bias's gradient. */
    public static void columnSums(float[] x, int fromRow, int toRow, int columns, float[] y, int yAt) {
        int j = 0;
        for (int end = columns / (4 * L) * (4 * L); j < end; j += 4 * L) { // what lies side by side comes together from memory
            FloatVector a = FloatVector.zero(Lanes.F);
            FloatVector b = FloatVector.zero(Lanes.F);
            FloatVector c = FloatVector.zero(Lanes.F);
            FloatVector d = FloatVector.zero(Lanes.F);
            for (int i = fromRow; i < toRow; i++) {
                int at = i * columns + j;
                a = a.add(load(x, at));
                b = b.add(load(x, at + L));
                c = c.add(load(x, at + 2 * L));
                d = d.add(load(x, at + 3 * L));
            }
            a.intoArray(y, yAt + j);
            b.intoArray(y, yAt + j + L);
            c.intoArray(y, yAt + j + 2 * L);
            d.intoArray(y, yAt + j + 3 * L);
        }
        for (int end = Lanes.F.loopBound(columns); j < end; j += L) {
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = fromRow; i < toRow; i++) {
                sum = sum.add(load(x, i * columns + j));
            }
            sum.intoArray(y, yAt + j);
        }
        for (; j < columns; j++) {
            float sum = 0;
            for (int i = fromRow; i < toRow; i++) {
                sum += x[i * columns + j];
            }
            y[yAt + j] = sum;
        }
    }

    public static void addRow(float[] y, int yAt, float[] x, int xAt, int n) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += L) {
            load(y, yAt + i).add(load(x, xAt + i)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] += x[xAt + i];
        }
    }
}
