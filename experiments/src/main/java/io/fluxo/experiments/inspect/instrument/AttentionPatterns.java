package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Who attends to whom, layer by layer and head by head.
 *
 * @param heads in the order of the pass
 */
public record AttentionPatterns(List<Head> heads) {

    private static final String PATTERN = ".attn.hook_pattern";

    /**
     * One head.
     *
     * @param pattern [query key], each row adding up to 1
     */
    public record Head(int layer, int head, double[][] pattern) {}

    /** The patterns of all layers that have some. */
    public static AttentionPatterns of(Inspected subject, int[] ids) {
        return of(Recording.of(subject, ids, point -> point.name().endsWith(PATTERN)));
    }

    static AttentionPatterns of(Recording run) {
        List<Head> heads = new ArrayList<>();
        run.values().forEach((point, value) -> {
            if (point.endsWith(PATTERN)) {
                int layer = layer(point);
                for (int head = 0; head < value.shape().size(1); head++) {
                    heads.add(new Head(layer, head, matrix(value, head)));
                }
            }
        });
        return new AttentionPatterns(heads);
    }

    /** The layer of {@code blocks.3.attn.hook_pattern}: 3. */
    static int layer(String point) {
        return Integer.parseInt(point.split("\\.")[1]);
    }

    /** Of [1 head n m], the matrix of one head. */
    private static double[][] matrix(HostArray value, int head) {
        int n = value.shape().size(2);
        int m = value.shape().size(3);
        double[] all = value.toDoubles();
        double[][] matrix = new double[n][m];
        for (int i = 0; i < n; i++) {
            System.arraycopy(all, (head * n + i) * m, matrix[i], 0, m);
        }
        return matrix;
    }

    /**
     * Attention rollout (Abnar and Zuidema 2020): how much of each input token reaches each position of the last layer, if half of every sub-layer's result were its
     * input and the other half the mean of its heads. [position token], each row adding up to 1.
     */
    public double[][] rollout() {
        double[][] reached = null;
        for (int layer : heads.stream().mapToInt(Head::layer).distinct().toArray()) {
            double[][] step = step(heads.stream().filter(head -> head.layer == layer).map(Head::pattern).toList());
            reached = reached == null ? step : product(step, reached);
        }
        return reached;
    }

    private static double[][] step(List<double[][]> patterns) {
        int n = patterns.getFirst().length;
        double[][] step = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double mean = 0;
                for (double[][] pattern : patterns) {
                    mean += pattern[i][j] / patterns.size();
                }
                step[i][j] = 0.5 * mean + (i == j ? 0.5 : 0);
            }
        }
        return step;
    }

    private static double[][] product(double[][] a, double[][] b) {
        int n = a.length;
        double[][] c = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                for (int j = 0; j < n; j++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }
}
