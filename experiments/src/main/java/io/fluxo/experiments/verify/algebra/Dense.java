package io.fluxo.experiments.verify.algebra;

import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** Small matrices on the host, [row][column]: what equations are written out with. */
public final class Dense {

    private Dense() {}

    /** [rows columns], or the rows of one sequence [1 rows columns]. */
    public static double[][] of(HostArray array) {
        int columns = array.shape().size(array.shape().rank() - 1);
        return of(array.toDoubles(), columns);
    }

    public static double[][] of(double[] values, int columns) {
        double[][] rows = new double[values.length / columns][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * columns, (i + 1) * columns));
        return rows;
    }

    public static double[] flat(double[][] a) {
        return Arrays.stream(a).flatMapToDouble(Arrays::stream).toArray();
    }

    public static double[][] identity(int n) {
        double[][] one = new double[n][n];
        for (int i = 0; i < n; i++) {
            one[i][i] = 1;
        }
        return one;
    }

    public static double[][] times(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }

    public static double[][] scaled(double[][] a, double factor) {
        double[][] scaled = new double[a.length][];
        Arrays.setAll(scaled, i -> Arrays.stream(a[i]).map(value -> factor * value).toArray());
        return scaled;
    }

    public static double[][] sum(double[][] a, double[][] b) {
        double[][] sum = new double[a.length][a[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                sum[i][j] = a[i][j] + b[i][j];
            }
        }
        return sum;
    }

    /** Each row plus {@code b}. */
    public static double[][] plus(double[][] a, double[] b) {
        double[][] sum = new double[a.length][];
        Arrays.setAll(sum, i -> sum(new double[][] {a[i]}, new double[][] {b})[0]);
        return sum;
    }

    public static double[][] transposed(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    public static double[][] columns(double[][] a, int from, int count) {
        return Arrays.stream(a).map(row -> Arrays.copyOfRange(row, from, from + count)).toArray(double[][]::new);
    }

    public static double[][] rows(double[][] a, int from, int count) {
        return Arrays.copyOfRange(a, from, from + count);
    }

    /** Each row less its mean. */
    public static double[][] centred(double[][] a) {
        return Arrays.stream(a).map(row -> {
            double mean = Arrays.stream(row).average().orElseThrow();
            return Arrays.stream(row).map(value -> value - mean).toArray();
        }).toArray(double[][]::new);
    }

    /** By Gauss and Jordan, each pivot the largest of its column. */
    public static double[][] inverse(double[][] a) {
        int n = a.length;
        double[][] left = Arrays.stream(a).map(double[]::clone).toArray(double[][]::new);
        double[][] right = identity(n);
        for (int c = 0; c < n; c++) {
            int pivot = c;
            for (int i = c + 1; i < n; i++) {
                pivot = Math.abs(left[i][c]) > Math.abs(left[pivot][c]) ? i : pivot;
            }
            swap(left, c, pivot);
            swap(right, c, pivot);
            double factor = 1 / left[c][c];
            left[c] = Arrays.stream(left[c]).map(value -> value * factor).toArray();
            right[c] = Arrays.stream(right[c]).map(value -> value * factor).toArray();
            for (int i = 0; i < n; i++) {
                if (i != c) {
                    double times = left[i][c];
                    for (int j = 0; j < n; j++) {
                        left[i][j] -= times * left[c][j];
                        right[i][j] -= times * right[c][j];
                    }
                }
            }
        }
        return right;
    }

    private static void swap(double[][] a, int i, int j) {
        double[] row = a[i];
        a[i] = a[j];
        a[j] = row;
    }

    public static double norm(double[] v) {
        return Math.sqrt(Arrays.stream(v).map(value -> value * value).sum());
    }

    /** By elimination, each pivot the largest of its column. */
    public static double determinant(double[][] a) {
        double[][] left = Arrays.stream(a).map(double[]::clone).toArray(double[][]::new);
        double determinant = 1;
        for (int c = 0; c < left.length; c++) {
            int pivot = c;
            for (int i = c + 1; i < left.length; i++) {
                pivot = Math.abs(left[i][c]) > Math.abs(left[pivot][c]) ? i : pivot;
            }
            if (pivot != c) {
                swap(left, c, pivot);
                determinant = -determinant;
            }
            determinant *= left[c][c];
            for (int i = c + 1; i < left.length && left[c][c] != 0; i++) {
                double times = left[i][c] / left[c][c];
                for (int j = c; j < left.length; j++) {
                    left[i][j] -= times * left[c][j];
                }
            }
        }
        return determinant;
    }

    /** The sums of rows. */
    public static double[] rowSums(double[][] a) {
        return Arrays.stream(a).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    }

    /** The largest entry of a − b in size; NaN where one is. */
    public static double difference(double[][] a, double[][] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                largest = Math.max(largest, Math.abs(a[i][j] - b[i][j]));
            }
        }
        return largest;
    }

    /** The largest singular value, by power iteration on aᵀa. */
    public static double spectralNorm(double[][] a) {
        double[][] gram = times(transposed(a), a);
        double[][] v = new double[a[0].length][1];
        for (int i = 0; i < v.length; i++) {
            v[i][0] = Math.cos(1 + i * i);              // along no vector that is special here
        }
        double square = 0;
        for (int step = 0; step < 200; step++) {
            double length = norm(flat(v));
            v = times(gram, scaled(v, 1 / length));
            square = norm(flat(v));
        }
        return Math.sqrt(square);
    }
}
