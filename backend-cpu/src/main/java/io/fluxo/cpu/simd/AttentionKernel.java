package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;
import static io.fluxo.cpu.simd.MicroKernel.HEIGHT;
import static io.fluxo.cpu.simd.Panels.WIDTH;

import io.fluxo.cpu.simd.Gemm.Matrix;
import io.fluxo.cpu.simd.Gemm.Strips;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Scaled dot-product attention by blocks of query rows: a block's scores against the keys it may see are the only part of the pattern that
 * exists at a time, so memory grows linearly with the sequence, and what the causal mask hides from a whole block is not computed. The
 * backward pass recomputes the scores from the saved log-sum-exp of each row (Dao et al. 2022): with D_i = ∂o_i·o_i,
 * ∂s_ij = p_ij(∂o_i·v_j − D_i), ∂q = scale·∂s K, ∂k = scale·∂sᵀ Q, ∂v = pᵀ ∂o.
 *
 * <p>Each head of each sequence is one task. Within a task everything runs in the order of the rows.
 */
final class AttentionKernel {

    /** Query rows of a block. */
    private static final int ROWS = 4 * HEIGHT;

    private final Memory memory;
    private final Workers workers;

    AttentionKernel(Memory memory, Workers workers) {
        this.memory = memory;
        this.workers = workers;
    }

    /**
     * Sizes: [batch n head d_head] queries against [batch m head d_head] keys and [batch m head d_v] values.
     *
     * @param causal whether query i sees keys 0 … i + m − n only
     */
    record Sizes(int batch, int n, int m, int heads, int dHead, int dV, boolean causal, float scale) {

        /** How many keys, from the first, query {@code i} sees. */
        private int visible(int i) {
            return causal ? Math.clamp(i + 1L + m - n, 0, m) : m;
        }

        /** One head's rows from {@code i} on, in an array laid out as queries are: n rows a sequence, {@code width} floats a head. */
        private Matrix queryRows(float[] array, int task, int i, int width) {
            return rows(array, task, n, i, width);
        }

        /** The same in an array laid out as keys are. */
        private Matrix keyRows(float[] array, int task, int width) {
            return rows(array, task, m, 0, width);
        }

        private Matrix rows(float[] array, int task, int sequence, int i, int width) {
            int stride = heads * width;
            return new Matrix(array, (task / heads * sequence + i) * stride + task % heads * width, stride, 1);
        }
    }

    /** One head of one sequence, with room to work in. */
    @FunctionalInterface
    private interface Head {
        void compute(int task, float[] scratch);
    }

    private void eachHead(Sizes s, int room, Head head) {
        memory.withRooms(workers.count(), room,
                rooms -> workers.run(s.batch * s.heads, (task, worker) -> head.compute(task, rooms[worker])));
    }

    /** @param logTotals receives ln Σ e^(scale·q·k) of each query: [batch head n] */
    void forward(Sizes s, float[] q, float[] k, float[] v, float[] out, float[] logTotals) {
        Forward room = new Forward(s);
        eachHead(s, room.size, (task, scratch) -> forwardHead(s, room, task, q, k, v, out, logTotals, scratch));
    }

    private static void forwardHead(Sizes s, Forward room, int task, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] scratch) {
        pack(s.keyRows(k, task, s.dHead).transposed(), s.dHead, s.m, scratch, room.keysT);
        pack(s.keyRows(v, task, s.dV), s.m, s.dV, scratch, room.values);
        for (int i = 0; i < s.n; i += ROWS) {
            int rows = Math.min(ROWS, s.n - i);
            int seen = s.visible(i + rows - 1);
            int wide = Panels.count(seen) * WIDTH;
            Matrix output = s.queryRows(out, task, i, s.dV);
            Matrix weights = new Matrix(scratch, room.scores, wide, 1);
            product(Strips.inPlace(s.queryRows(q, task, i, s.dHead), rows), s.dHead, wide, scratch, room.keysT, s.dHead, weights, false, room.tile);
            for (int r = 0; r < rows; r++) {
                float total = exponentials(scratch, room.scores + r * wide, s.visible(i + r), wide, s.scale, logTotals, task * s.n + i + r);
                scratch[room.factors + r] = total == 0 ? 0 : 1 / total;
            }
            product(Strips.inPlace(weights, rows), seen, s.dV, scratch, room.values, s.m, output, false, room.tile);
            for (int r = 0; r < rows; r++) {
                Softmaxes.scaleRow(out, output.at() + r * output.rowStride(), s.dV, scratch[room.factors + r]);
            }
        }
    }

    /** Row of scores → e^(scale·score − the largest) in place, exactly 0 beyond {@code visible}; returns their sum. */
    private static float exponentials(float[] x, int at, int visible, int width, float scale, float[] logTotals, int row) {
        if (visible <= 0) {
            Arrays.fill(x, at, at + width, 0);
            logTotals[row] = Float.NEGATIVE_INFINITY;
            return 0;
        }
        int end = masked(x, at, visible, width, scale);
        float largest = Lanes.max(x, at, end);
        float reference = largest == Float.NEGATIVE_INFINITY ? 0 : largest;
        float total = Softmaxes.exponentials(x, at, end, reference, x, at);
        logTotals[row] = reference + Softmaxes.log(total);
        return total;
    }

    /** p = e^(scale·score − ln Σ) over what the row sees, exactly 0 beyond. */
    private static void weights(float[] x, int at, int visible, int width, float scale, float logTotal) {
        if (visible <= 0) {
            Arrays.fill(x, at, at + width, 0);
            return;
        }
        int end = masked(x, at, visible, width, scale);
        Softmaxes.exponentials(x, at, end, logTotal, x, at);
    }

    /**
     * Scales what a row sees and ends it in whole vectors with −∞, whose exponential is exactly 0, and the rest with 0. Returns where the
     * whole vectors end.
     */
    private static int masked(float[] x, int at, int visible, int width, float scale) {
        int end = Lanes.padded(visible);
        Softmaxes.scaleRow(x, at, end, scale);
        Arrays.fill(x, at + visible, at + end, Float.NEGATIVE_INFINITY);
        Arrays.fill(x, at + end, at + width, 0);
        return end;
    }

    /** Gradients in the layouts of their inputs; arrays need not be cleared. */
    void backward(Sizes s, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] g, float[] dq, float[] dk, float[] dv) {
        Backward room = new Backward(s);
        eachHead(s, room.size, (task, scratch) -> backwardHead(s, room, task, q, k, v, out, logTotals, g, dq, dk, dv, scratch));
    }

    private static void backwardHead(Sizes s, Backward room, int task, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] g,
                                     float[] dq, float[] dk, float[] dv, float[] scratch) {
        Matrix keys = s.keyRows(k, task, s.dHead);
        pack(keys.transposed(), s.dHead, s.m, scratch, room.keysT);
        pack(s.keyRows(v, task, s.dV).transposed(), s.dV, s.m, scratch, room.valuesT);
        pack(keys, s.m, s.dHead, scratch, room.keys);
        Matrix keyGradients = s.keyRows(dk, task, s.dHead);
        Matrix valueGradients = s.keyRows(dv, task, s.dV);
        clear(keyGradients, s.m, s.dHead);
        clear(valueGradients, s.m, s.dV);
        for (int i = 0; i < s.n; i += ROWS) {
            int rows = Math.min(ROWS, s.n - i);
            int seen = s.visible(i + rows - 1);
            int wide = Panels.count(seen) * WIDTH;
            Matrix queries = s.queryRows(q, task, i, s.dHead);
            Matrix gradients = s.queryRows(g, task, i, s.dV);
            Matrix weights = new Matrix(scratch, room.scores, wide, 1);
            Matrix scoreGradients = new Matrix(scratch, room.scoreGradients, wide, 1);
            product(Strips.inPlace(queries, rows), s.dHead, wide, scratch, room.keysT, s.dHead, weights, false, room.tile);
            for (int r = 0; r < rows; r++) {
                weights(scratch, room.scores + r * wide, s.visible(i + r), wide, s.scale, logTotals[task * s.n + i + r]);
            }
            pack(gradients, rows, s.dV, scratch, room.block);
            Strips weightsT = Strips.packed(weights.transposed(), seen, rows, scratch, room.strips);
            product(weightsT, rows, s.dV, scratch, room.block, rows, valueGradients, true, room.tile);                       // ∂v += pᵀ ∂o
            product(Strips.inPlace(gradients, rows), s.dV, wide, scratch, room.valuesT, s.dV, scoreGradients, false, room.tile); // ∂p = ∂o Vᵀ
            for (int r = 0; r < rows; r++) {
                int row = gradients.at() + r * gradients.rowStride();
                float d = Lanes.dot(g, row, out, row, s.dV);
                scoreGradients(scratch, room.scores + r * wide, room.scoreGradients + r * wide, wide, d, s.scale);
            }
            product(Strips.inPlace(scoreGradients, rows), seen, s.dHead, scratch, room.keys, s.m, s.queryRows(dq, task, i, s.dHead), false,
                    room.tile);                                                                                              // ∂q = ∂s K
            pack(queries, rows, s.dHead, scratch, room.block);
            Strips gradientsT = Strips.packed(scoreGradients.transposed(), seen, rows, scratch, room.strips);
            product(gradientsT, rows, s.dHead, scratch, room.block, rows, keyGradients, true, room.tile);                    // ∂k += ∂sᵀ Q
        }
    }

    /** ∂s = scale·p·(∂p − D), over ∂p; whole vectors. */
    private static void scoreGradients(float[] x, int p, int dp, int n, float d, float scale) {
        FloatVector factor = FloatVector.broadcast(F, scale);
        for (int i = 0; i < n; i += L) {
            load(x, dp + i).sub(d).mul(load(x, p + i)).mul(factor).intoArray(x, dp + i);
        }
    }

    /**
     * C (rows × n) = A (rows × depth) · B, or += where {@code add}.
     *
     * @param b           packed panels from {@code bAt} on, each of {@code packedDepth} rows, of which the first {@code depth} count
     * @param tile        where {@code b} has room for a tile
     */
    private static void product(Strips a, int depth, int n, float[] b, int bAt, int packedDepth, Matrix c, boolean add, int tile) {
        for (int j = 0; j < n; j += WIDTH) {
            Matrix target = c.from(j);
            a.times(b, bAt + j * packedDepth, depth, target, Math.min(WIDTH, n - j), add ? target : Gemm.ZEROS, b, tile);
        }
    }

    private static void pack(Matrix b, int k, int n, float[] packed, int packedAt) {
        for (int panel = 0; panel < Panels.count(n); panel++) {
            Panels.pack(b.array(), b.at(), b.rowStride(), b.columnStride(), k, n, panel, packed, packedAt);
        }
    }

    private static void clear(Matrix x, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            Arrays.fill(x.array(), x.at() + i * x.rowStride(), x.at() + i * x.rowStride() + n, 0);
        }
    }

    /** Where the parts of the forward pass's working memory begin. */
    private static final class Forward {
        private final int keysT;
        private final int values;
        private final int scores;
        private final int factors;
        private final int tile;
        private final int size;

        private Forward(Sizes s) {
            int wide = Panels.count(s.m) * WIDTH;
            keysT = 0;
            values = keysT + s.dHead * wide;
            scores = values + Panels.size(s.m, s.dV);
            factors = scores + ROWS * wide;
            tile = factors + ROWS;
            size = tile + HEIGHT * WIDTH;
        }
    }

    /** Where the parts of the backward pass's working memory begin. */
    private static final class Backward {
        private final int keysT;
        private final int valuesT;
        private final int keys;
        private final int block;
        private final int scores;
        private final int scoreGradients;
        private final int strips;
        private final int tile;
        private final int size;

        private Backward(Sizes s) {
            int wide = Panels.count(s.m) * WIDTH;
            keysT = 0;
            valuesT = keysT + s.dHead * wide;
            keys = valuesT + s.dV * wide;
            block = keys + Panels.size(s.m, s.dHead);
            scores = block + Panels.size(ROWS, Math.max(s.dHead, s.dV));
            scoreGradients = scores + ROWS * wide;
            strips = scoreGradients + ROWS * wide;
            tile = strips + ROWS * (s.m + HEIGHT) + Lanes.BLOCK;
            size = tile + HEIGHT * WIDTH;
        }
    }
}
