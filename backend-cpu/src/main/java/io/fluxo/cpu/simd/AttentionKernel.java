package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;
import static io.fluxo.cpu.simd.Panels.WIDTH;

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
        pack(k, s.k(task), 1, s.keyStride(), s.dHead, s.m, scratch, room.keysT);
        pack(v, s.v(task), s.valueStride(), 1, s.m, s.dV, scratch, room.values);
        for (int i = 0; i < s.n; i += ROWS) {
            int rows = Math.min(ROWS, s.n - i);
            int seen = s.visible(i + rows - 1);
            int wide = Panels.count(seen) * WIDTH;
            scores(s, room, q, s.q(task) + i * s.keyStride(), rows, seen, wide, scratch);
            for (int r = 0; r < rows; r++) {
                logTotals[task * s.n + i + r] = softmaxRow(scratch, room.scores + r * wide, s.visible(i + r), seen, s.scale);
            }
            product(rows, seen, s.dV, scratch, room.scores, wide, 1, scratch, room.values, s.m, out, s.o(task) + i * s.valueStride(), s.valueStride(),
                    true, scratch, room.tile);
        }
    }

    /** Row of scores → row of weights in place; weights beyond {@code visible} are 0. Returns ln Σ e^(scale·score). */
    private static float softmaxRow(float[] x, int at, int visible, int width, float scale) {
        float logTotal = Float.NEGATIVE_INFINITY;
        if (visible > 0) {
            float largest = scale >= 0 ? Lanes.max(x, at, visible) * scale : scaledMax(x, at, visible, scale);
            float reference = largest == Float.NEGATIVE_INFINITY ? 0 : largest;
            float total = Softmaxes.exponentials(x, at, visible, scale, reference, x, at);
            Softmaxes.scaleRow(x, at, visible, total == 0 ? 0 : 1 / total);
            logTotal = reference + Softmaxes.log(total);
        }
        for (int j = at + Math.max(visible, 0); j < at + width; j++) {
            x[j] = 0;
        }
        return logTotal;
    }

    private static float scaledMax(float[] x, int at, int n, float scale) {
        Softmaxes.scaleRow(x, at, n, -1);
        float least = -Lanes.max(x, at, n);
        Softmaxes.scaleRow(x, at, n, -1);
        return least * scale;
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
        int kAt = s.k(task);
        int vAt = s.v(task);
        pack(k, kAt, 1, s.keyStride(), s.dHead, s.m, scratch, room.keysT);
        pack(v, vAt, 1, s.valueStride(), s.dV, s.m, scratch, room.valuesT);
        pack(k, kAt, s.keyStride(), 1, s.m, s.dHead, scratch, room.keys);
        clear(dk, kAt, s.keyStride(), s.m, s.dHead);
        clear(dv, vAt, s.valueStride(), s.m, s.dV);
        for (int i = 0; i < s.n; i += ROWS) {
            int rows = Math.min(ROWS, s.n - i);
            int seen = s.visible(i + rows - 1);
            int wide = Panels.count(seen) * WIDTH;
            int qAt = s.q(task) + i * s.keyStride();
            int oAt = s.o(task) + i * s.valueStride();
            scores(s, room, q, qAt, rows, seen, wide, scratch);
            for (int r = 0; r < rows; r++) {
                weights(scratch, room.scores + r * wide, s.visible(i + r), seen, s.scale, logTotals[task * s.n + i + r]);
            }
            // ∂v += pᵀ ∂o
            pack(g, oAt, s.valueStride(), 1, rows, s.dV, scratch, room.block);
            product(seen, rows, s.dV, scratch, room.scores, 1, wide, scratch, room.block, rows, dv, vAt, s.valueStride(), false, scratch, room.tile);
            // ∂p = ∂o Vᵀ
            for (int j = 0; j < seen; j += WIDTH) {
                Gemm.strip(rows, g, oAt, s.valueStride(), 1, false, scratch, room.valuesT + j * s.dV, s.dV, scratch, room.weightGradients + j, wide,
                        WIDTH, true, scratch, room.tile);
            }
            for (int r = 0; r < rows; r++) {
                float d = Lanes.dot(g, oAt + r * s.valueStride(), out, oAt + r * s.valueStride(), s.dV);
                scoreGradients(scratch, room.scores + r * wide, room.weightGradients + r * wide, seen, d, s.scale);
            }
            // ∂q = ∂s K, ∂k += ∂sᵀ Q, ∂s already scaled
            product(rows, seen, s.dHead, scratch, room.weightGradients, wide, 1, scratch, room.keys, s.m, dq, qAt, s.keyStride(), true, scratch,
                    room.tile);
            pack(q, qAt, s.keyStride(), 1, rows, s.dHead, scratch, room.block);
            product(seen, rows, s.dHead, scratch, room.weightGradients, 1, wide, scratch, room.block, rows, dk, kAt, s.keyStride(), false, scratch,
                    room.tile);
        }
    }

    /** p = e^(scale·score − ln Σ) over what the row sees, 0 beyond. */
    private static void weights(float[] x, int at, int visible, int width, float scale, float logTotal) {
        if (visible > 0) {
            Softmaxes.exponentials(x, at, visible, scale, logTotal, x, at);
        }
        for (int j = at + Math.max(visible, 0); j < at + width; j++) {
            x[j] = 0;
        }
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

    /** The block's unscaled scores q·k, against whole panels of keys. */
    private static void scores(Sizes s, Room room, float[] q, int qAt, int rows, int seen, int wide, float[] scratch) {
        for (int j = 0; j < seen; j += WIDTH) {
            Gemm.strip(rows, q, qAt, s.keyStride(), 1, false, scratch, room.keysT + j * s.dHead, s.dHead, scratch, room.scores + j, wide, WIDTH,
                    true, scratch, room.tile);
        }
    }

    /** C (rows × n) = or += A (rows × depth) · B, of whose packed rows there are {@code packedDepth} in each panel. */
    private static void product(int rows, int depth, int n, float[] a, int at, int rowStride, int depthStride, float[] b, int bAt, int packedDepth,
                                float[] c, int cAt, int ldc, boolean first, float[] scratch, int tile) {
        for (int j = 0; j < n; j += WIDTH) {
            Gemm.strip(rows, a, at, rowStride, depthStride, false, b, bAt + j * packedDepth, depth, c, cAt + j, ldc, Math.min(WIDTH, n - j), first,
                    scratch, tile);
        }
    }

    private static void pack(float[] b, int at, int rowStride, int columnStride, int k, int n, float[] packed, int packedAt) {
        for (int panel = 0; panel < Panels.count(n); panel++) {
            Panels.pack(b, at, rowStride, columnStride, k, n, panel, packed, packedAt);
        }
    }

    private static void clear(float[] x, int at, int stride, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            Arrays.fill(x, at + i * stride, at + i * stride + n, 0);
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
