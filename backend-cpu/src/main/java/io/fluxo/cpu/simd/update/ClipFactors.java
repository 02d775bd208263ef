package io.fluxo.cpu.simd.update;

import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.UpdateOp.ClipFactor;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The norm of gradients, and what they are scaled by. A sum of squares is added up element after element, in doubles: a chain of additions, each of
 * which waits for the one before it. Four gradients go side by side, the largest first, since neighbours by size leave little over.
 */
final class ClipFactors {

    private static final int SIDE = 4;

    private ClipFactors() {}

    static Runnable plan(Workers workers, ClipFactor op, List<SimdTensor> gradients, SimdTensor factor) {
        List<Integer> bySize = IntStream.range(0, gradients.size()).boxed()
                .sorted(Comparator.comparingInt((Integer i) -> gradients.get(i).elements()).reversed()).toList();
        int[] order = bySize.stream().mapToInt(i -> i).toArray();
        float[][] arrays = bySize.stream().map(i -> gradients.get(i).floats()).toArray(float[][]::new);
        int[] lengths = bySize.stream().mapToInt(i -> gradients.get(i).elements()).toArray();
        double[] squares = new double[arrays.length];
        float[] result = factor.floats();
        Runnable summing = workers.plan((arrays.length + SIDE - 1) / SIDE,
                (group, _) -> squares(arrays, lengths, order, group * SIDE, Math.min(arrays.length, (group + 1) * SIDE), squares));
        return () -> {
            summing.run();
            result[0] = (float) op.factor(squares);
        };
    }

    /** Of the gradients {@code first} … {@code end} − 1. */
    private static void squares(float[][] arrays, int[] lengths, int[] order, int first, int end, double[] squares) {
        if (end - first == SIDE) {
            squares(arrays[first], arrays[first + 1], arrays[first + 2], arrays[first + 3], lengths[first + 3], order, first, squares);
        }
        int done = end - first == SIDE ? lengths[first + 3] : 0;
        for (int i = first; i < end; i++) {
            squares[order[i]] = squares(arrays[i], done, lengths[i], done == 0 ? 0 : squares[order[i]]);
        }
    }

    /** The first {@code n} elements of four. */
    private static void squares(float[] a, float[] b, float[] c, float[] d, int n, int[] order, int first, double[] squares) {
        double sumA = 0;
        double sumB = 0;
        double sumC = 0;
        double sumD = 0;
        for (int i = 0; i < n; i++) {
            sumA += (double) a[i] * a[i];
            sumB += (double) b[i] * b[i];
            sumC += (double) c[i] * c[i];
            sumD += (double) d[i] * d[i];
        }
        squares[order[first]] = sumA;
        squares[order[first + 1]] = sumB;
        squares[order[first + 2]] = sumC;
        squares[order[first + 3]] = sumD;
    }

    private static double squares(float[] x, int from, int to, double sum) {
        double grown = sum;
        for (int i = from; i < to; i++) {
            grown += (double) x[i] * x[i];
        }
        return grown;
    }
}
