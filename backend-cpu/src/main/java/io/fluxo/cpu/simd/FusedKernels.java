package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.BLOCK;

import io.fluxo.cpu.simd.Gemm.Batch;
import io.fluxo.cpu.simd.Gemm.Product;
import io.fluxo.cpu.simd.Kernel.Form.Follows;
import io.fluxo.cpu.simd.Kernel.Form.Multiplies;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Shape;
import java.util.List;

/** The kernel pair of each fused operation: what forward saves, and what backward makes of it, on given tensors. */
final class FusedKernels {

    /** Names of the fused operations that have kernels, as {@code ./fluxo backends} lists them. */
    static final List<String> NAMES = List.of("linear", "relu", "gelu", "softmax", "logSoftmax", "layerNorm", "rmsNorm", "attention", "crossEntropy", "dropout");

    private final Memory memory;
    private final Workers workers;
    private final Gemm gemm;
    private final LinearGradient linear;
    private final AttentionKernel attention;

    FusedKernels(Memory memory, Workers workers, Gemm gemm) {
        this.memory = memory;
        this.workers = workers;
        this.gemm = gemm;
        this.linear = new LinearGradient(memory, workers, gemm);
        this.attention = new AttentionKernel(memory, workers);
    }

    /** Attention with a bias on its scores runs as its composition. */
    static boolean has(FusedOp op) {
        return switch (op) {
            case FusedOp.Linear _, FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.LayerNorm _, FusedOp.RmsNorm _,
                 FusedOp.CrossEntropy _, FusedOp.Dropout _ -> true;
            case FusedOp.Attention(Mask _, var _, boolean bias) -> !bias;
        };
    }

    /** The shapes of what the forward pass saves, in float32. */
    static List<Shape> saved(FusedOp op, List<SimdTensor> in) {
        return switch (op) {
            case FusedOp.LayerNorm _ -> List.of(Shape.of(rows(in.get(0))), Shape.of(rows(in.get(0))));
            case FusedOp.RmsNorm _ -> List.of(Shape.of(rows(in.get(0))));
            case FusedOp.Attention _ -> List.of(in.get(0).shape().slice(0, 3));
            case FusedOp.CrossEntropy _ -> List.of(in.get(1).shape());
            case FusedOp.Linear _, FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.Dropout _ -> List.of();
        };
    }

    /** How many inputs have a gradient; they are the first. */
    static int gradients(FusedOp op, int inputs) {
        return switch (op) {
            case FusedOp.Linear _, FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.LayerNorm _, FusedOp.RmsNorm _,
                 FusedOp.Attention _ -> inputs;
            case FusedOp.CrossEntropy _, FusedOp.Dropout _ -> 1;
        };
    }

    /** @param results the operation's result, and what it saves */
    Kernel forward(FusedOp op, SimdTensor[] in, SimdTensor[] results) {
        SimdTensor y = results[0];
        float[] x = in[0].floats();
        float[] out = y.floats();
        int n = in[0].elements();
        return switch (op) {
            case FusedOp.Linear(boolean bias) -> {
                int k = in[1].shape().size(0);
                int columns = in[1].shape().size(1);
                Product product = new Product(rows(y), columns, k, Matrix.of(x, k), Matrix.of(in[1].floats(), columns), Matrix.of(out, columns),
                        bias ? new Matrix(in[2].floats(), 0, 0, 1) : null);
                yield new Kernel(gemm.plan(List.of(Batch.of(product))), new Multiplies(product));
            }
            case FusedOp.Relu _ -> elementwise(n, width(y), 0.2, x, out, (from, to) -> Activations.relu(x, out, from, to));
            case FusedOp.Gelu(boolean tanh) -> elementwise(n, width(y), 1, x, out,
                    tanh ? (from, to) -> Activations.geluTanh(x, out, from, to) : (from, to) -> Activations.gelu(x, out, from, to));
            case FusedOp.Softmax _ -> {
                int width = width(y);
                yield Kernel.of(rows(y, 0.7, (from, to, _) -> Softmaxes.softmax(x, from, to, width, out)));
            }
            case FusedOp.LogSoftmax _ -> {
                int width = width(y);
                float[][] rooms = memory.lend(workers.count(), width);
                yield Kernel.of(rows(y, 0.7, (from, to, worker) -> Softmaxes.logSoftmax(x, from, to, width, out, rooms[worker])));
            }
            case FusedOp.LayerNorm(double eps, boolean affine) ->
                norm(y, x, eps, affine ? in[1].floats() : null, affine ? in[2].floats() : null, results[1].floats(), results[2].floats());
            case FusedOp.RmsNorm(double eps, boolean affine) -> norm(y, x, eps, affine ? in[1].floats() : null, null, null, results[1].floats());
            case FusedOp.Attention attentionOp ->
                Kernel.of(attention.forward(sizes(attentionOp, in), x, in[1].floats(), in[2].floats(), out, results[1].floats()));
            case FusedOp.CrossEntropy _ -> {
                int classes = width(in[0]);
                int[] targets = in[1].ints();
                float[] totals = results[1].floats();
                float[][] rooms = memory.lend(workers.count(), classes);
                yield Kernel.of(workers.plan(y.elements(), 1, 0.7 * classes + 10,
                        (from, to, worker) -> Softmaxes.crossEntropy(x, targets, from, to, classes, out, totals, rooms[worker])));
            }
            case FusedOp.Dropout(double rate) -> dropout(n, width(y), rate, in[1].longs(), x, out);
        };
    }

    /** Whether the kernel can add the gradient of its first input to a sum. */
    static boolean adds(FusedOp op) {
        return op instanceof FusedOp.Linear || op instanceof FusedOp.LayerNorm || op instanceof FusedOp.RmsNorm;
    }

    /** Whether the backward pass reads what the forward pass returned. */
    static boolean readsOutput(FusedOp op) {
        return switch (op) {
            case FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.Attention _ -> true;
            case FusedOp.Linear _, FusedOp.Relu _, FusedOp.Gelu _, FusedOp.LayerNorm _, FusedOp.RmsNorm _, FusedOp.CrossEntropy _, FusedOp.Dropout _ -> false;
        };
    }

    /**
     * @param y         what the forward pass returned; null unless it is read
     * @param onto      whether the first gradient is added to what stands in its place; only where the operation {@link #adds}
     * @param gradients of the first inputs
     */
    Kernel backward(FusedOp op, SimdTensor[] in, SimdTensor y, SimdTensor[] saved, SimdTensor gradient, boolean onto, SimdTensor[] gradients) {
        float[] x = in[0].floats();
        float[] g = gradient.floats();
        float[] dx = gradients[0].floats();
        int n = in[0].elements();
        int width = width(in[0]);
        return switch (op) {
            case FusedOp.Linear(boolean bias) -> linear.plan(rows(gradient), in[1].shape().size(0), in[1].shape().size(1), x, in[1].floats(), g, dx, onto,
                    gradients[1].floats(), bias ? gradients[2].floats() : null);
            case FusedOp.Relu _ -> elementwise(n, width, 0.2, g, dx, (from, to) -> Activations.reluBackward(x, g, dx, from, to));
            case FusedOp.Gelu(boolean tanh) -> elementwise(n, width, 1, g, dx, tanh ? (from, to) -> Activations.geluTanhBackward(x, g, dx, from, to)
                    : (from, to) -> Activations.geluBackward(x, g, dx, from, to));
            case FusedOp.Softmax _ -> {
                float[] out = y.floats();
                yield Kernel.of(rows(y, 0.3, (from, to, _) -> Softmaxes.softmaxBackward(out, g, from, to, width, dx)));
            }
            case FusedOp.LogSoftmax _ -> {
                float[] out = y.floats();
                float[][] rooms = memory.lend(workers.count(), width);
                yield Kernel.of(rows(y, 0.7, (from, to, worker) -> Softmaxes.logSoftmaxBackward(out, g, from, to, width, dx, rooms[worker])));
            }
            case FusedOp.LayerNorm(double _, boolean affine) -> normBackward(x, g, in, affine, saved[0].floats(), saved[1].floats(), dx, onto,
                    affine ? gradients[1].floats() : null, affine ? gradients[2].floats() : null);
            case FusedOp.RmsNorm(double _, boolean affine) ->
                normBackward(x, g, in, affine, null, saved[0].floats(), dx, onto, affine ? gradients[1].floats() : null, null);
            case FusedOp.Attention attentionOp -> Kernel.of(attention.backward(sizes(attentionOp, in), x, in[1].floats(), in[2].floats(), y.floats(),
                    saved[0].floats(), g, dx, gradients[1].floats(), gradients[2].floats()));
            case FusedOp.CrossEntropy _ -> {
                int[] targets = in[1].ints();
                float[] totals = saved[0].floats();
                yield Kernel.of(rows(in[0], 0.7, (from, to, _) -> Softmaxes.crossEntropyBackward(x, targets, g, totals, from, to, width, dx)));
            }
            case FusedOp.Dropout(double rate) -> dropout(n, width, rate, in[1].longs(), g, dx);
        };
    }

    private Kernel norm(SimdTensor y, float[] x, double eps, float[] gain, float[] bias, float[] means, float[] rstds) {
        float[] out = y.floats();
        int width = width(y);
        Epilogue.Span body = (from, to) -> Norms.forward(x, from, to, width, eps, gain, bias, out, means, rstds);
        Runnable alone = workers.plan(rows(y), Norms.SIDE, 0.2 * width + 10, (from, to, _) -> body.over(from, to));
        return new Kernel(alone, new Follows(x, out, width, Epilogue.rows(width, Norms.SIDE, body)));
    }

    private Kernel normBackward(float[] x, float[] g, SimdTensor[] in, boolean affine, float[] means, float[] rstds, float[] dx, boolean onto,
                                float[] dGain, float[] dBias) {
        int rows = rows(in[0]);
        int d = width(in[0]);
        float[] gain = affine ? in[1].floats() : null;
        Pieces pieces = Pieces.of(rows, d);
        float[] gains = dGain == null ? null : memory.lend(pieces.count() * d);
        float[] biases = dBias == null ? null : memory.lend(pieces.count() * d);
        float[][] rooms = memory.lend(workers.count(), Norms.room(d));
        Runnable inPieces = workers.plan(pieces.count(), (piece, worker) -> {
            int from = pieces.from(piece);
            int to = pieces.from(piece + 1);
            Norms.backward(x, g, from, to, d, gain, means, rstds, dx, onto, rooms[worker]);
            if (gains != null) {
                Norms.parameterGradients(x, g, from, to, d, means, rstds, gains, biases, piece * d);
            }
        });
        Runnable gainSum = sum(pieces, gains, d, dGain);
        Runnable biasSum = sum(pieces, biases, d, dBias);
        return Kernel.of(() -> {
            inPieces.run();
            gainSum.run();
            biasSum.run();
        });
    }

    /** What the pieces come to; nothing where there are none. */
    private static Runnable sum(Pieces pieces, float[] parts, int d, float[] sum) {
        return parts == null ? () -> { } : () -> Reductions.columnSums(parts, 0, pieces.count(), d, sum, 0);
    }

    /** Also its own derivative: what was kept passes on its gradient, scaled alike. */
    private Kernel dropout(int elements, int columns, double rate, long[] key, float[] x, float[] y) {
        float scale = (float) (1 / (1 - rate));
        return elementwise(elements, columns, Draws.NANOS, x, y, (from, to) -> Draws.drop(key, x, (float) rate, scale, y, from, to));
    }

    /** Element by element, whole blocks of an array at a time: y from x. */
    private Kernel elementwise(int elements, int columns, double nanos, float[] x, float[] y, Epilogue.Span body) {
        return new Kernel(workers.plan(Lanes.padded(elements), BLOCK, nanos, (from, to, _) -> body.over(from, to)),
                new Follows(x, y, columns, Epilogue.elementwise(columns, body)));
    }

    /** Row by row of {@code x}; {@code nanos} is the time of one element. */
    private Runnable rows(SimdTensor x, double nanos, Workers.Range body) {
        return workers.plan(rows(x), 1, nanos * width(x) + 10, body);
    }

    private static AttentionKernel.Sizes sizes(FusedOp.Attention op, SimdTensor[] in) {
        Shape q = in[0].shape();
        return new AttentionKernel.Sizes(q.size(0), q.size(1), in[1].shape().size(1), q.size(2), q.size(3), in[2].shape().size(3),
                op.mask() == Mask.CAUSAL, (float) op.scale().value());
    }

    private static int width(SimdTensor tensor) {
        return tensor.shape().rank() == 0 ? 1 : tensor.shape().size(-1);
    }

    private static int rows(SimdTensor tensor) {
        int width = width(tensor);
        return width == 0 ? 0 : tensor.elements() / width;
    }
}
