package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.products.AttentionKernel;
import io.fluxo.cpu.simd.products.Gemm;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import java.util.List;

/** Which fused operations have kernels, and the kernels themselves. */
public final class FusedKernels {

    /** Names of the fused operations that have kernels, as {@code ./fluxo backends} lists them. */
    public static final List<String> NAMES =
            List.of("linear", "relu", "gelu", "softmax", "logSoftmax", "layerNorm", "rmsNorm", "attention", "rotate", "crossEntropy", "dropout");

    private final Memory memory;
    private final Workers workers;
    private final FusedKernel linear;
    private final FusedKernel relu;
    private final FusedKernel softmax;
    private final FusedKernel logSoftmax;
    private final FusedKernel crossEntropy;
    private final AttentionKernel attention;

    public FusedKernels(Memory memory, Workers workers, Gemm gemm) {
        this.memory = memory;
        this.workers = workers;
        linear = new FusedLinear(memory, workers, gemm);
        relu = new FusedRelu(workers);
        softmax = new FusedSoftmax(memory, workers);
        logSoftmax = new FusedLogSoftmax(memory, workers);
        crossEntropy = new FusedCrossEntropy(memory, workers);
        attention = new AttentionKernel(memory, workers);
    }

    /** Attention with a bias on its scores runs as its composition. */
    public static boolean has(FusedOp op) {
        return switch (op) {
            case FusedOp.Linear _, FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.LayerNorm _, FusedOp.RmsNorm _,
                 FusedOp.Rotate _, FusedOp.CrossEntropy _, FusedOp.Dropout _ -> true;
            case FusedOp.Attention(Mask _, var _, boolean bias) -> !bias;
        };
    }

    /** The kernels of {@code op}, which must {@linkplain #has have} some. */
    public FusedKernel of(FusedOp op) {
        return switch (op) {
            case FusedOp.Inspectable inspectable -> of(inspectable);
            case FusedOp.Linear _ -> linear;
            case FusedOp.Relu _ -> relu;
            case FusedOp.Gelu(boolean tanh) -> new FusedGelu(workers, tanh);
            case FusedOp.Softmax _ -> softmax;
            case FusedOp.LogSoftmax _ -> logSoftmax;
            case FusedOp.Rotate(Pairs pairs) -> new FusedRotate(workers, pairs);
            case FusedOp.CrossEntropy _ -> crossEntropy;
            case FusedOp.Dropout(double rate) -> new FusedDropout(workers, rate);
        };
    }

    /** The kernels of an operation that shows the values inside it: these hand them out. */
    public ShowingKernel of(FusedOp.Inspectable op) {
        return switch (op) {
            case FusedOp.LayerNorm(double eps, boolean _) -> new FusedNorm(memory, workers, eps, true);
            case FusedOp.RmsNorm(double eps, boolean _) -> new FusedNorm(memory, workers, eps, false);
            case FusedOp.Attention(Mask _, var _, boolean bias) when bias -> throw new IllegalStateException("there is no kernel for " + op);
            case FusedOp.Attention unbiased -> new FusedAttention(attention, unbiased);
        };
    }
}
