package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.products.MicroKernel.HEIGHT;
import static io.fluxo.cpu.simd.products.Panels.WIDTH;
import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.loops.Elementwise;
import io.fluxo.cpu.simd.loops.Softmaxes;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.cpu.simd.vector.VectorMath;
import io.fluxo.cpu.simd.workers.Workers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Scaled dot-product attention by blocks of query rows: a block's scores against the keys it may see are the only part of the pattern that
 * exists at a time, so memory grows linearly with the sequence, and what the causal mask hides from a whole strip of rows is not computed.
 * The backward pass recomputes the scores from the saved log-sum-exp of each row (Dao et al. 2022): with D_i = ∂o_i·o_i,
 * ∂s_ij = p_ij(∂o_i·v_j − D_i), ∂q = scale·∂s K, ∂k = scale·∂sᵀ Q, ∂v = pᵀ ∂o.
 *
 * <p>Each head of each sequence is one task. Within a task everything runs in the order of the rows; what is hidden has weight exactly 0, so
 * that where blocks and strips begin changes no bit.
 */
public final class AttentionKernel {

    /** Query rows of a block, at least. */
    private static final int ROWS = 4 * HEIGHT;
    /** Scores of a block of the backward pass: they and their gradients stay in the second-level cache. */
    private static final int SCORES = 1 << 16;

    private final Memory memory;
    private final Workers workers;

    public AttentionKernel(Memory memory, Workers workers) {
        this.memory = memory;
        this.workers = workers;
    }

    /**
     * Sizes: [batch n head d_head] queries against [batch m head d_head] keys and [batch m head d_v] values.
     *
     * @param causal whether query i sees keys 0 … i + m − n only
     */
    public record AttentionSizes(int batch, int n, int m, int heads, int dHead, int dV, boolean causal, float scale) {

        /** How many keys, from the first, query {@code i} sees. */
        private int visible(int i) {
            return causal ? Math.clamp(i + 1L + m - n, 0, m) : m;
        }

        /** One head's rows from {@code i} on, in an array laid out as queries are: n rows a sequence, {@code width} floats a head. */
        private StridedMatrix queryRows(float[] array, int task, int i, int width) {
            return rows(array, task, n, i, width);
        }

        /** The same in an array laid out as keys are. */
        private StridedMatrix keyRows(float[] array, int task, int width) {
            return rows(array, task, m, 0, width);
        }

        private StridedMatrix rows(float[] array, int task, int sequence, int i, int width) {
            int stride = heads * width;
            return new StridedMatrix(array, (task / heads * sequence + i) * stride + task % heads * width, stride, 1);
        }
    }

    /** One head of one sequence, with room to work in. */
    @FunctionalInterface
    private interface Head {
        void compute(int task, float[] scratch);
    }

    private Runnable eachHead(AttentionSizes s, int room, Head head) {
        float[][] rooms = memory.lend(workers.count(), room);
        return workers.plan(s.batch * s.heads, (task, worker) -> head.compute(task, rooms[worker]));
    }

    /**
     * @param logTotals receives ln Σ e^(scale·q·k) of each query: [batch head n]
     * @param scores    receives scale·q·k, −∞ where it is hidden: [batch head n m]; or null
     * @param pattern   receives the weights, of the same shape; or null
     */
    public Runnable forward(AttentionSizes s, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] scores, float[] pattern) {
        ForwardRoom room = new ForwardRoom(s);
        return eachHead(s, room.size, (task, scratch) -> forwardHead(s, room, task, q, k, v, out, logTotals, scores, pattern, scratch));
    }

    private static void forwardHead(AttentionSizes s, ForwardRoom room, int task, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] scores,
                                    float[] pattern, float[] scratch) {
        if (FewRows.are(s.n)) {
            forwardFew(s, room, task, q, k, v, out, logTotals, scores, pattern, scratch);
            return;
        }
        Panels keysT = Panels.of(s.keyRows(k, task, s.dHead).transposed(), s.dHead, s.m, scratch, room.keysT);
        Panels values = Panels.of(s.keyRows(v, task, s.dV), s.m, s.dV, scratch, room.values);
        StridedMatrix weights = new StridedMatrix(scratch, room.rows.scores, room.rows.width, 1);
        for (int i = 0; i < s.n; i += ROWS) {
            RowBlock block = new RowBlock(s, i, Math.min(ROWS, s.n - i), scratch, room.tile);
            StridedMatrix output = s.queryRows(out, task, i, s.dV);
            block.scores(s.queryRows(q, task, i, s.dHead), s.dHead, keysT, weights);
            if (scores != null) {
                block.showScores(room.rows, scores, task);
            }
            each(WEIGHTS, block, room.rows, logTotals, task * s.n + i);
            if (pattern != null) {
                block.showPattern(room.rows, pattern, task);
            }
            block.weighted(weights, values, s.dV, output);
            for (int r = 0; r < block.rows; r++) {
                Softmaxes.scaleRow(out, output.at() + r * output.rowStride(), s.dV, scratch[room.rows.totals + r]);
            }
        }
    }

    /** Few queries, as those of a token that is generated: keys and values are read where they lie, once. */
    private static void forwardFew(AttentionSizes s, ForwardRoom room, int task, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] scores,
                                   float[] pattern, float[] scratch) {
        RowBlock block = new RowBlock(s, 0, s.n, scratch, room.tile);
        int seen = block.seen(0);
        StridedMatrix weights = new StridedMatrix(scratch, room.rows.scores, room.rows.width, 1);
        StridedMatrix output = s.queryRows(out, task, 0, s.dV);
        clear(weights, s.n, seen);
        FewRows.add(s.n, s.dHead, s.queryRows(q, task, 0, s.dHead), s.keyRows(k, task, s.dHead).transposed(), weights, 0, seen);
        if (scores != null) {
            block.showScores(room.rows, scores, task);
        }
        each(WEIGHTS, block, room.rows, logTotals, task * s.n);
        if (pattern != null) {
            block.showPattern(room.rows, pattern, task);
        }
        clear(output, s.n, s.dV);
        FewRows.add(s.n, seen, weights, s.keyRows(v, task, s.dV), output, 0, s.dV);
        for (int r = 0; r < s.n; r++) {
            Softmaxes.scaleRow(out, output.at() + r * output.rowStride(), s.dV, scratch[room.rows.totals + r]);
        }
    }

    /**
     * One of the passes over a block's scores. All are called from {@link #each}, where the compiler meets too many of them to inline any, so
     * that each is compiled for itself: in one piece it would give up inlining half way through an exponential, and box every vector that
     * crosses the call.
     */
    @FunctionalInterface
    private interface RowPass {

        /** @param at where the block's first row is in {@code logTotals} */
        void over(RowBlock block, Rows rows, float[] logTotals, int at);
    }

    /**
     * Where a block's rows of scores begin in working memory, and where one number for each row is kept.
     *
     * @param width      from one row to the next
     * @param references what is taken from a row's scores before the exponential
     * @param totals     a row's sum
     */
    private record Rows(int scores, int width, int references, int totals) {}

    /** Scores → e^(scale·score − the row's largest) in place, exactly 0 beyond what a row sees; 1/Σ in the place of totals, ln Σ. */
    private static final RowPass[] WEIGHTS = {AttentionKernel::references, AttentionKernel::exponentials, AttentionKernel::totals,
        AttentionKernel::logarithms};

    /** Scores → e^(scale·score − ln Σ) in place. */
    private static final RowPass[] WEIGHTS_AGAIN = {AttentionKernel::exponentials};

    private static void each(RowPass[] passes, RowBlock block, Rows rows, float[] logTotals, int at) {
        for (int pass = 0; pass < passes.length; pass++) {
            passes[pass].over(block, rows, logTotals, at);
        }
    }

    private static void references(RowBlock block, Rows rows, float[] logTotals, int at) {
        float[] x = block.scratch;
        for (int r = 0; r < block.rows; r++) {
            float largest = Lanes.largest(x, rows.scores + r * rows.width, block.visible(r), block.sizes.scale);
            x[rows.references + r] = largest == Float.NEGATIVE_INFINITY ? 0 : largest;
        }
    }

    private static void exponentials(RowBlock block, Rows rows, float[] logTotals, int at) {
        for (int r = 0; r < block.rows; r++) {
            weights(block.scratch, rows.scores + r * rows.width, block.visible(r), block.sizes.scale, block.scratch[rows.references + r]);
        }
    }

    /** e^(scale·score − reference) over a row, where no exponent is above 0 by more than a rounding. */
    private static void weights(float[] x, int at, int visible, float scale, float reference) {
        for (int i = 0; i < visible; i += L) {
            VectorMath.weight(load(x, at + i).mul(scale).sub(reference)).intoArray(x, at + i);
        }
        hide(x, at, visible);
    }

    private static void totals(RowBlock block, Rows rows, float[] logTotals, int at) {
        for (int r = 0; r < block.rows; r++) {
            block.scratch[rows.totals + r] = Lanes.sum(block.scratch, rows.scores + r * rows.width, ending(block.visible(r)));
        }
    }

    /** ln Σ of each row, and 1/Σ in the place of Σ; 0 where a row sees nothing. */
    private static void logarithms(RowBlock block, Rows rows, float[] logTotals, int at) {
        float[] x = block.scratch;
        for (int r = 0; r < block.rows; r += L) {
            FloatVector total = load(x, rows.totals + r);
            load(x, rows.references + r).add(VectorMath.log(total)).intoArray(x, rows.references + r);
            FloatVector.broadcast(F, 1f).div(total).blend(0f, total.compare(VectorOperators.EQ, 0f)).intoArray(x, rows.totals + r);
        }
        System.arraycopy(x, rows.references, logTotals, at, block.rows);
    }

    /** Gradients in the layouts of their inputs; arrays need not be cleared. */
    public Runnable backward(AttentionSizes s, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] g, float[] dq, float[] dk, float[] dv) {
        BackwardRoom room = new BackwardRoom(s);
        return eachHead(s, room.size, (task, scratch) -> backwardHead(s, room, task, q, k, v, out, logTotals, g, dq, dk, dv, scratch));
    }

    private static void backwardHead(AttentionSizes s, BackwardRoom room, int task, float[] q, float[] k, float[] v, float[] out, float[] logTotals, float[] g,
                                     float[] dq, float[] dk, float[] dv, float[] scratch) {
        StridedMatrix keys = s.keyRows(k, task, s.dHead);
        Panels keysT = Panels.of(keys.transposed(), s.dHead, s.m, scratch, room.keysT);
        Panels valuesT = Panels.of(s.keyRows(v, task, s.dV).transposed(), s.dV, s.m, scratch, room.valuesT);
        Panels keyPanels = Panels.of(keys, s.m, s.dHead, scratch, room.keys);
        StridedMatrix keyGradients = s.keyRows(dk, task, s.dHead);
        StridedMatrix valueGradients = s.keyRows(dv, task, s.dV);
        clear(keyGradients, s.m, s.dHead);
        clear(valueGradients, s.m, s.dV);
        StridedMatrix weights = new StridedMatrix(scratch, room.rows.scores, room.rows.width, 1);
        StridedMatrix scoreGradients = new StridedMatrix(scratch, room.scoreGradients, room.rows.width, 1);
        for (int i = 0; i < s.n; i += room.height) {
            RowBlock block = new RowBlock(s, i, Math.min(room.height, s.n - i), scratch, room.tile);
            StridedMatrix queries = s.queryRows(q, task, i, s.dHead);
            StridedMatrix gradients = s.queryRows(g, task, i, s.dV);
            block.scores(queries, s.dHead, keysT, weights);
            block.scores(gradients, s.dV, valuesT, scoreGradients);                            // ∂p = ∂o Vᵀ
            System.arraycopy(logTotals, task * s.n + i, scratch, room.rows.references, block.rows);
            each(WEIGHTS_AGAIN, block, room.rows, logTotals, task * s.n + i);
            for (int r = 0; r < block.rows; r++) {
                int row = gradients.at() + r * gradients.rowStride();
                scoreGradients(scratch, room.rows.scores + r * room.rows.width, room.scoreGradients + r * room.rows.width, block.visible(r), s.scale,
                        Lanes.dot(g, row, out, row, s.dV));
            }
            block.weighted(scoreGradients, keyPanels, s.dHead, s.queryRows(dq, task, i, s.dHead)); // ∂q = ∂s K
            block.addTransposed(weights, Panels.of(gradients, block.rows, s.dV, scratch, room.block), s.dV, valueGradients);       // ∂v += pᵀ ∂o
            block.addTransposed(scoreGradients, Panels.of(queries, block.rows, s.dHead, scratch, room.block), s.dHead, keyGradients); // ∂k += ∂sᵀ Q
        }
    }

    /** ∂s = scale·p·(∂p − D) over a row's ∂p; exactly 0 beyond what it sees. */
    private static void scoreGradients(float[] x, int p, int dp, int visible, float scale, float d) {
        for (int i = 0; i < visible; i += L) {
            load(x, dp + i).sub(d).mul(load(x, p + i)).mul(scale).intoArray(x, dp + i);
        }
        hide(x, dp, visible);
    }

    /** The filled length of a row that sees {@code visible} keys: to the end of its strip, in whole vectors. */
    private static int ending(int visible) {
        return Lanes.padded(visible + HEIGHT);
    }

    /** Zeros from {@code visible} to where the row ends. */
    private static void hide(float[] x, int at, int visible) {
        Arrays.fill(x, at + visible, at + ending(visible), 0);
    }

    /**
     * Some query rows of one head, and the products between them and the keys. Each strip of rows stops at the last key it sees.
     *
     * @param first   the first row
     * @param scratch working memory, with room for a tile at {@code tile}
     */
    private record RowBlock(AttentionSizes sizes, int first, int rows, float[] scratch, int tile) {

        private int visible(int r) {
            return sizes.visible(first + r);
        }

        /** Keys that the strip of rows from {@code r} on sees. */
        private int seen(int r) {
            return visible(Math.min(r + HEIGHT, rows) - 1);
        }

        /** The first row that sees key {@code j}. */
        private int firstToSee(int j) {
            return sizes.causal ? Math.clamp((long) j - (sizes.m - sizes.n) - first, 0, rows) : 0;
        }

        /** The block's scores in {@code all} [batch head n m]. */
        private void showScores(Rows from, float[] all, int task) {
            for (int r = 0; r < rows; r++) {
                show(from, r, sizes.scale, all, task, Float.NEGATIVE_INFINITY);
            }
        }

        /** The block's weights in {@code all} [batch head n m], where its rows hold them undivided by their totals. */
        private void showPattern(Rows from, float[] all, int task) {
            for (int r = 0; r < rows; r++) {
                show(from, r, scratch[from.totals + r], all, task, 0);
            }
        }

        private void show(Rows from, int r, float factor, float[] all, int task, float hidden) {
            int to = (task * sizes.n + first + r) * sizes.m;
            int seen = visible(r);
            Elementwise.scaled(scratch, from.scores + r * from.width, seen, factor, all, to);
            Arrays.fill(all, to + seen, to + sizes.m, hidden);
        }

        /** scores (rows × keys) = A (rows × depth) · B, in whole panels. */
        private void scores(StridedMatrix a, int depth, Panels b, StridedMatrix scores) {
            Strips strips = Strips.inPlace(a, rows);
            for (int j = 0; j < visible(rows - 1); j += WIDTH) {
                for (int r = 0; r < rows; r += HEIGHT) {
                    if (j < seen(r)) {
                        strips.times(r, b, j / WIDTH, depth, scores.from(j), WIDTH, Strips.ZEROS, scratch, tile);
                    }
                }
            }
        }

        /** C (rows × n) = weights (rows × keys) · B. */
        private void weighted(StridedMatrix weights, Panels b, int n, StridedMatrix c) {
            Strips strips = Strips.inPlace(weights, rows);
            for (int j = 0; j < n; j += WIDTH) {
                for (int r = 0; r < rows; r += HEIGHT) {
                    strips.times(r, b, j / WIDTH, seen(r), c.from(j), Math.min(WIDTH, n - j), Strips.ZEROS, scratch, tile);
                }
            }
        }

        /** C (keys × n) += weightsᵀ · B (rows × n), for each strip of keys from the first row that sees it. */
        private void addTransposed(StridedMatrix weights, Panels b, int n, StridedMatrix c) {
            int seen = visible(rows - 1);
            for (int j = 0; j < seen; j += HEIGHT) {
                int from = firstToSee(j);
                StridedMatrix columns = weights.from(from * weights.rowStride() + j).transposed();
                Strips keys = Strips.inPlace(columns, Math.min(HEIGHT, seen - j)); // rows of weights go on far enough for a whole strip
                for (int to = 0; to < n; to += WIDTH) {
                    StridedMatrix target = c.from(j * c.rowStride() + to);
                    keys.times(b.from(from), to / WIDTH, rows - from, target, Math.min(WIDTH, n - to), target, scratch, tile);
                }
            }
        }
    }

    private static void clear(StridedMatrix x, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            Arrays.fill(x.array(), x.at() + i * x.rowStride(), x.at() + i * x.rowStride() + n, 0);
        }
    }

    /** From one row of scores to the next: whole panels, room to end a row in zeros, and never whole pages. */
    private static int width(AttentionSizes s) {
        return Math.max(Lanes.padded(Panels.count(s.m) * WIDTH), ending(s.m)) + Lanes.BLOCK;
    }

    /** Where the parts of the forward pass's working memory begin. */
    private static final class ForwardRoom {
        private final int keysT;
        private final int values;
        private final Rows rows;
        private final int tile;
        private final int size;

        private ForwardRoom(AttentionSizes s) {
            keysT = 0;
            values = keysT + (FewRows.are(s.n) ? 0 : Panels.size(s.dHead, s.m));
            rows = rows(values + (FewRows.are(s.n) ? 0 : Panels.size(s.m, s.dV)), ROWS, s);
            tile = end(rows, ROWS);
            size = tile + HEIGHT * WIDTH;
        }
    }

    /** Room for so many rows of scores from {@code at} on, and for what belongs to each of them. */
    private static Rows rows(int at, int height, AttentionSizes s) {
        int references = at + height * width(s);
        return new Rows(at, width(s), references, references + Lanes.padded(height));
    }

    private static int end(Rows rows, int height) {
        return rows.totals + Lanes.padded(height);
    }

    /** Where the parts of the backward pass's working memory begin. */
    private static final class BackwardRoom {
        private final int height;
        private final int keysT;
        private final int valuesT;
        private final int keys;
        private final int block;
        private final Rows rows;
        private final int scoreGradients;
        private final int tile;
        private final int size;

        private BackwardRoom(AttentionSizes s) {
            int width = width(s);
            height = Math.clamp(SCORES / width / HEIGHT * HEIGHT, ROWS, Math.max(ROWS, Strips.whole(s.n)));
            keysT = 0;
            valuesT = keysT + Panels.size(s.dHead, s.m);
            keys = valuesT + Panels.size(s.dV, s.m);
            block = keys + Panels.size(s.m, s.dHead);
            rows = rows(block + Panels.size(height, Math.max(s.dHead, s.dV)), height, s);
            scoreGradients = end(rows, height);
            tile = scoreGradients + height * width;
            size = tile + HEIGHT * WIDTH;
        }
    }
}
