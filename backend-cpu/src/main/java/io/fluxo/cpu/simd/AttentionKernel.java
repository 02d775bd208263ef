package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;
import static io.fluxo.cpu.simd.Panels.WIDTH;

import io.fluxo.cpu.simd.Gemm.Matrix;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Scaled dot-product attention by blocks of query rows: a block's scores against the keys it may see are the only part of the pattern that
 * exists at a time, so memory grows linearly with the sequence. The backward pass recomputes them from the saved log-sum-exp of each row
 * (Dao et al. 2022): with D_i = ∂o_i·o_i, ∂s_ij = p_ij(∂o_i·v_j − D_i), ∂q = scale·∂s K, ∂k = scale·∂sᵀ Q, ∂v = pᵀ ∂o.
 *
 * <p>Each head of each sequence is one task. Within a task everything runs in the order of the rows.
 */
final class AttentionKernel {

    /** Query rows of a block. */
    private static final int ROWS = 48;

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

        private int q(int task) {
            return task / heads * n * heads * dHead + task % heads * dHead;
        }

        private int k(int task) {
            return task / heads * m * heads * dHead + task % heads * dHead;
        }

        private int v(int task) {
            return task / heads * m * heads * dV + task % heads * dV;
        }

        private int o(int task) {
            return task / heads * n * heads * dV + task % heads * dV;
        }

        private int keyStride() {
            return heads * dHead;
        }

        private int valueStride() {
            return heads * dV;
        }
    }

    /** @param logTotals receives ln Σ e^(scale·q·k) of each query: [batch head n] */
    void forward(Sizes s, float[] q, float[] k, float[] v, float[] out, float[] logTotals) {
        int tasks = s.batch * s.heads;
        Room room = new Room(s, false);
        float[][] scratch = room.take(tasks);
        workers.run(tasks, task -> forwardHead(s, room, task, q, k, v, out, logTotals, scratch[task]));
        room.giveBack(scratch);
    }

    private static void forwardHead(Sizes s, Room room, int task, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] scratch) {
        pack(new Matrix(k, s.k(task), 1, s.keyStride()), s.dHead, s.m, scratch, room.keysT);
        pack(new Matrix(v, s.v(task), s.valueStride(), 1), s.m, s.dV, scratch, room.values);
        for (int i = 0; i < s.n; i += ROWS) {
            int rows = Math.min(ROWS, s.n - i);
            int seen = s.visible(i + rows - 1);
            int wide = Panels.count(seen) * WIDTH;
            Matrix weights = new Matrix(scratch, room.scores, wide, 1);
            product(rows, s.dHead, seen, new Matrix(q, s.q(task) + i * s.keyStride(), s.keyStride(), 1), scratch, room.keysT, s.dHead, weights, wide,
                    false, room.tile);
            for (int r = 0; r < rows; r++) {
                logTotals[task * s.n + i + r] = softmaxRow(scratch, room.scores + r * wide, s.visible(i + r), wide, s.scale);
            }
            product(rows, seen, s.dV, weights, scratch, room.values, s.m, new Matrix(out, s.o(task) + i * s.valueStride(), s.valueStride(), 1), s.dV,
                    false, room.tile);
        }
    }

    /** Row of scores → row of weights in place; weights beyond {@code visible} are 0. Returns ln Σ e^(scale·score). */
    private static float softmaxRow(float[] x, int at, int visible, int width, float scale) {
        if (visible <= 0) {
            Arrays.fill(x, at, at + width, 0);
            return Float.NEGATIVE_INFINITY;
        }
        mask(x, at, visible, width, scale);
        float largest = Lanes.max(x, at, width);
        float reference = largest == Float.NEGATIVE_INFINITY ? 0 : largest;
        float total = Softmaxes.exponentials(x, at, width, 1, reference, x, at);
        Softmaxes.scaleRow(x, at, width, total == 0 ? 0 : 1 / total);
        return reference + Softmaxes.log(total);
    }

    /** Scales what the row sees, and puts −∞ beyond, so that whole blocks can follow: e^−∞ is exactly 0. */
    private static void mask(float[] x, int at, int visible, int width, float scale) {
        Arrays.fill(x, at + visible, at + width, 0);
        Softmaxes.scaleRow(x, at, width, scale);
        Arrays.fill(x, at + visible, at + width, Float.NEGATIVE_INFINITY);
    }

    /** Gradients in the layouts of their inputs; arrays need not be cleared. */
    void backward(Sizes s, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] g, float[] dq, float[] dk, float[] dv) {
        int tasks = s.batch * s.heads;
        Room room = new Room(s, true);
        float[][] scratch = room.take(tasks);
        workers.run(tasks, task -> backwardHead(s, room, task, q, k, v, out, logTotals, g, dq, dk, dv, scratch[task]));
        room.giveBack(scratch);
    }

    private static void backwardHead(Sizes s, Room room, int task, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] g,
                                     float[] dq, float[] dk, float[] dv, float[] scratch) {
        Matrix keys = new Matrix(k, s.k(task), s.keyStride(), 1);
        pack(keys.transposed(), s.dHead, s.m, scratch, room.keysT);
        pack(new Matrix(v, s.v(task), 1, s.valueStride()), s.dV, s.m, scratch, room.valuesT);
        pack(keys, s.m, s.dHead, scratch, room.keys);
        Matrix keyGradients = new Matrix(dk, s.k(task), s.keyStride(), 1);
        Matrix valueGradients = new Matrix(dv, s.v(task), s.valueStride(), 1);
        clear(keyGradients, s.m, s.dHead);
        clear(valueGradients, s.m, s.dV);
        for (int i = 0; i < s.n; i += ROWS) {
            int rows = Math.min(ROWS, s.n - i);
            int seen = s.visible(i + rows - 1);
            int wide = Panels.count(seen) * WIDTH;
            Matrix queries = new Matrix(q, s.q(task) + i * s.keyStride(), s.keyStride(), 1);
            Matrix gradients = new Matrix(g, s.o(task) + i * s.valueStride(), s.valueStride(), 1);
            Matrix weights = new Matrix(scratch, room.scores, wide, 1);
            Matrix scoreGradients = new Matrix(scratch, room.weightGradients, wide, 1);
            product(rows, s.dHead, seen, queries, scratch, room.keysT, s.dHead, weights, wide, false, room.tile);
            for (int r = 0; r < rows; r++) {
                weights(scratch, room.scores + r * wide, s.visible(i + r), wide, s.scale, logTotals[task * s.n + i + r]);
            }
            pack(gradients, rows, s.dV, scratch, room.block);                                                              // ∂v += pᵀ ∂o
            product(seen, rows, s.dV, weights.transposed(), scratch, room.block, rows, valueGradients, s.dV, true, room.tile);
            product(rows, s.dV, seen, gradients, scratch, room.valuesT, s.dV, scoreGradients, wide, false, room.tile);     // ∂p = ∂o Vᵀ
            for (int r = 0; r < rows; r++) {
                float d = Lanes.dot(g, gradients.at() + r * s.valueStride(), out, gradients.at() + r * s.valueStride(), s.dV);
                scoreGradients(scratch, room.scores + r * wide, room.weightGradients + r * wide, wide, d, s.scale);
            }
            product(rows, seen, s.dHead, scoreGradients, scratch, room.keys, s.m, new Matrix(dq, queries.at(), s.keyStride(), 1), s.dHead, false,
                    room.tile);                                                                                            // ∂q = ∂s K
            pack(queries, rows, s.dHead, scratch, room.block);                                                             // ∂k += ∂sᵀ Q
            product(seen, rows, s.dHead, scoreGradients.transposed(), scratch, room.block, rows, keyGradients, s.dHead, true, room.tile);
        }
    }

    /** p = e^(scale·score − ln Σ) over what the row sees, 0 beyond. */
    private static void weights(float[] x, int at, int visible, int width, float scale, float logTotal) {
        if (visible <= 0) {
            Arrays.fill(x, at, at + width, 0);
            return;
        }
        mask(x, at, visible, width, scale);
        Softmaxes.exponentials(x, at, width, 1, logTotal, x, at);
    }

    /** ∂s = scale·p·(∂p − D), over ∂p. */
    private static void scoreGradients(float[] x, int p, int dp, int n, float d, float scale) {
        FloatVector factor = FloatVector.broadcast(F, scale);
        int i = 0;
        for (; i + L <= n; i += L) {
            load(x, dp + i).sub(d).mul(load(x, p + i)).mul(factor).intoArray(x, dp + i);
        }
        for (; i < n; i++) {
            x[dp + i] = (x[dp + i] - d) * x[p + i] * scale;
        }
    }

    /**
     * C (rows × n) = A (rows × depth) · B, or += where {@code add}.
     *
     * @param b           packed panels from {@code bAt} on, each of {@code packedDepth} rows, of which the first {@code depth} count
     * @param room        how many columns C has room for: beyond n, whole tiles may be written
     */
    private static void product(int rows, int depth, int n, Matrix a, float[] b, int bAt, int packedDepth, Matrix c, int room, boolean add, int tile) {
        for (int j = 0; j < n; j += WIDTH) {
            Matrix target = c.from(j);
            Gemm.strip(rows, a, false, b, bAt + j * packedDepth, depth, target, Math.min(WIDTH, room - j), add ? target : null, b, tile);
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

    /** How a task's working memory is laid out in one array. */
    private final class Room {
        private final int keysT;
        private final int values;
        private final int valuesT;
        private final int keys;
        private final int block;
        private final int scores;
        private final int weightGradients;
        private final int tile;
        private final int size;

        private Room(Sizes s, boolean backward) {
            int wide = Panels.count(s.m) * WIDTH;
            int at = 0;
            keysT = at;
            at += Panels.size(s.dHead, s.m);
            values = at;
            at += backward ? 0 : Panels.size(s.m, s.dV);
            valuesT = at;
            at += backward ? Panels.size(s.dV, s.m) : 0;
            keys = at;
            at += backward ? Panels.size(s.m, s.dHead) : 0;
            block = at;
            at += backward ? Panels.size(ROWS, Math.max(s.dHead, s.dV)) : 0;
            scores = at;
            at += ROWS * wide;
            weightGradients = at;
            at += backward ? ROWS * wide : 0;
            tile = at;
            at += 12 * WIDTH;
            size = at;
        }

        private float[][] take(int tasks) {
            float[][] scratch = new float[tasks][];
            for (int task = 0; task < tasks; task++) {
                scratch[task] = task < workers.count() || workers.count() > 1 ? memory.borrow(size) : scratch[0];
            }
            return scratch;
        }

        private void giveBack(float[][] scratch) {
            for (int task = 0; task < scratch.length; task++) {
                if (task == 0 || scratch[task] != scratch[0]) {
                    memory.release(scratch[task]);
                }
            }
        }
    }
}
