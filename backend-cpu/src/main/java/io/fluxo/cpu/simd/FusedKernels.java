package io.fluxo.cpu.simd;

import io.fluxo.op.Engine.Fused;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;

/** The kernel pair of each fused operation: what forward saves, and what backward makes of it. */
final class FusedKernels {

    /** Names of the fused operations that have kernels, as {@code ./fluxo backends} lists them. */
    static final List<String> NAMES = List.of("linear", "relu", "gelu", "softmax", "logSoftmax", "layerNorm", "rmsNorm", "attention", "crossEntropy");

    private final Memory memory;
    private final Gemm gemm;
    private final AttentionKernel attention;

    FusedKernels(Memory memory, Workers workers, Gemm gemm) {
        this.memory = memory;
        this.gemm = gemm;
        this.attention = new AttentionKernel(memory, workers);
    }

    /** Makes a tensor with undefined contents. */
    @FunctionalInterface
    interface Allocator {
        SimdTensor make(Shape shape, DType dtype);
    }

    /** Dropout, and attention with a bias on its scores, run as compositions. */
    static boolean has(FusedOp op) {
        return switch (op) {
            case FusedOp.Linear _, FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.LayerNorm _, FusedOp.RmsNorm _,
                 FusedOp.CrossEntropy _ -> true;
            case FusedOp.Attention(Mask _, var _, boolean bias) -> !bias;
            case FusedOp.Dropout _ -> false;
        };
    }

    Fused forward(FusedOp op, SimdTensor[] in, SimdTensor y, Allocator tensors) {
        float[] x = in[0].floats();
        int n = in[0].elements();
        return switch (op) {
            case FusedOp.Linear(boolean bias) -> {
                int k = in[1].shape().size(0);
                int columns = in[1].shape().size(1);
                gemm.multiply(rows(y), columns, k, Gemm.Matrix.of(x, k), Gemm.Matrix.of(in[1].floats(), columns),
                        Gemm.Matrix.of(y.floats(), columns), bias ? in[2].floats() : null);
                yield new Fused(y);
            }
            case FusedOp.Relu _ -> {
                Activations.relu(x, y.floats(), n);
                yield new Fused(y);
            }
            case FusedOp.Gelu(boolean tanh) -> {
                Activations.gelu(tanh, x, y.floats(), n);
                yield new Fused(y);
            }
            case FusedOp.Softmax _ -> {
                Softmaxes.softmax(x, rows(y), width(y), y.floats());
                yield new Fused(y);
            }
            case FusedOp.LogSoftmax _ -> {
                withRoom(width(y), room -> Softmaxes.logSoftmax(x, rows(y), width(y), y.floats(), room));
                yield new Fused(y);
            }
            case FusedOp.LayerNorm(double eps, boolean affine) -> {
                SimdTensor means = tensors.make(Shape.of(rows(y)), DType.F32);
                SimdTensor rstds = tensors.make(Shape.of(rows(y)), DType.F32);
                Norms.forward(x, rows(y), width(y), eps, affine ? in[1].floats() : null, affine ? in[2].floats() : null, y.floats(), means.floats(),
                        rstds.floats());
                yield new Fused(y, means, rstds);
            }
            case FusedOp.RmsNorm(double eps, boolean affine) -> {
                SimdTensor rstds = tensors.make(Shape.of(rows(y)), DType.F32);
                Norms.forward(x, rows(y), width(y), eps, affine ? in[1].floats() : null, null, y.floats(), null, rstds.floats());
                yield new Fused(y, rstds);
            }
            case FusedOp.Attention op1 -> {
                AttentionKernel.Sizes sizes = sizes(op1, in);
                SimdTensor logTotals = tensors.make(Shape.of(sizes.batch() * sizes.heads() * sizes.n()), DType.F32);
                attention.forward(sizes, x, in[1].floats(), in[2].floats(), y.floats(), logTotals.floats());
                yield new Fused(y, logTotals);
            }
            case FusedOp.CrossEntropy _ -> {
                int classes = width(in[0]);
                SimdTensor logTotals = tensors.make(y.shape(), DType.F32);
                withRoom(classes, room -> Softmaxes.crossEntropy(x, in[1].ints(), y.elements(), classes, y.floats(), logTotals.floats(), room));
                yield new Fused(y, logTotals);
            }
            case FusedOp.Dropout _ -> throw new IllegalStateException("there is no kernel for " + op);
        };
    }

    Tensor[] backward(FusedOp op, SimdTensor[] in, SimdTensor y, SimdTensor[] saved, float[] g, Allocator tensors) {
        float[] x = in[0].floats();
        int n = in[0].elements();
        SimdTensor dx = tensors.make(in[0].shape(), DType.F32);
        return switch (op) {
            case FusedOp.Linear(boolean bias) -> {
                int k = in[1].shape().size(0);
                int columns = in[1].shape().size(1);
                int rows = rows(y);
                SimdTensor dw = tensors.make(in[1].shape(), DType.F32);
                Gemm.Matrix gradient = Gemm.Matrix.of(g, columns);
                Gemm.Matrix weight = Gemm.Matrix.of(in[1].floats(), columns);
                gemm.multiply(rows, k, columns, gradient, weight.transposed(), Gemm.Matrix.of(dx.floats(), k), null);                    // g Wᵀ
                gemm.multiply(k, columns, rows, Gemm.Matrix.of(x, k).transposed(), gradient, Gemm.Matrix.of(dw.floats(), columns), null); // xᵀ g
                if (!bias) {
                    yield new Tensor[] {dx, dw};
                }
                SimdTensor db = tensors.make(in[2].shape(), DType.F32);
                Reductions.columnSums(g, rows, columns, db.floats());
                yield new Tensor[] {dx, dw, db};
            }
            case FusedOp.Relu _ -> {
                Activations.reluBackward(x, g, dx.floats(), n);
                yield new Tensor[] {dx};
            }
            case FusedOp.Gelu(boolean tanh) -> {
                Activations.geluBackward(tanh, x, g, dx.floats(), n);
                yield new Tensor[] {dx};
            }
            case FusedOp.Softmax _ -> {
                Softmaxes.softmaxBackward(y.floats(), g, rows(y), width(y), dx.floats());
                yield new Tensor[] {dx};
            }
            case FusedOp.LogSoftmax _ -> {
                withRoom(width(y), room -> Softmaxes.logSoftmaxBackward(y.floats(), g, rows(y), width(y), dx.floats(), room));
                yield new Tensor[] {dx};
            }
            case FusedOp.LayerNorm(double _, boolean affine) -> {
                SimdTensor dGain = affine ? tensors.make(in[1].shape(), DType.F32) : null;
                SimdTensor dBias = affine ? tensors.make(in[2].shape(), DType.F32) : null;
                normBackward(x, g, in, affine, saved[0].floats(), saved[1].floats(), dx, dGain, dBias);
                yield affine ? new Tensor[] {dx, dGain, dBias} : new Tensor[] {dx};
            }
            case FusedOp.RmsNorm(double _, boolean affine) -> {
                SimdTensor dGain = affine ? tensors.make(in[1].shape(), DType.F32) : null;
                normBackward(x, g, in, affine, null, saved[0].floats(), dx, dGain, null);
                yield affine ? new Tensor[] {dx, dGain} : new Tensor[] {dx};
            }
            case FusedOp.Attention attentionOp -> {
                SimdTensor dk = tensors.make(in[1].shape(), DType.F32);
                SimdTensor dv = tensors.make(in[2].shape(), DType.F32);
                attention.backward(sizes(attentionOp, in), x, in[1].floats(), in[2].floats(), y.floats(), saved[0].floats(), g, dx.floats(), dk.floats(),
                        dv.floats());
                yield new Tensor[] {dx, dk, dv};
            }
            case FusedOp.CrossEntropy _ -> {
                Softmaxes.crossEntropyBackward(x, in[1].ints(), g, saved[0].floats(), y.elements(), width(in[0]), dx.floats());
                yield new Tensor[] {dx, null};
            }
            case FusedOp.Dropout _ -> throw new IllegalStateException("there is no kernel for " + op);
        };
    }

    private void normBackward(float[] x, float[] g, SimdTensor[] in, boolean affine, float[] means, float[] rstds, SimdTensor dx, SimdTensor dGain,
                              SimdTensor dBias) {
        int d = width(in[0]);
        withRoom(d, u -> withRoom(d, xHat -> Norms.backward(x, g, rows(in[0]), d, affine ? in[1].floats() : null, means, rstds, dx.floats(),
                dGain == null ? null : dGain.floats(), dBias == null ? null : dBias.floats(), u, xHat)));
    }

    private static AttentionKernel.Sizes sizes(FusedOp.Attention op, SimdTensor[] in) {
        Shape q = in[0].shape();
        return new AttentionKernel.Sizes(q.size(0), q.size(1), in[1].shape().size(1), q.size(2), q.size(3), in[2].shape().size(3),
                op.mask() == Mask.CAUSAL, (float) op.scale().value());
    }

    private void withRoom(int floats, Consumer<float[]> body) {
        float[] room = memory.borrow(floats);
        body.accept(room);
        memory.release(room);
    }

    private static int width(SimdTensor tensor) {
        return tensor.shape().size(-1);
    }

    private static int rows(SimdTensor tensor) {
        int width = width(tensor);
        return width == 0 ? 0 : tensor.elements() / width;
    }
}
