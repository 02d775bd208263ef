package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.FusedOp;
import java.util.List;

/** Which fused operations have kernels, and the kernels themselves. */
public final class FusedKernels {

    /** Names of the fused operations that have kernels, as {@code ./fluxo backends} lists them. */
    public static final List<String> NAMES =
            List.of("linear", "relu", "gelu", "softmax", "logSoftmax", "layerNorm", "rmsNorm", "attention", "rotate", "crossEntropy", "dropout");

    private final Gpu gpu;
    private final Elementwise elementwise;
    private final Reductions reductions;
    private final Products products;
    private final Movements movements;

    FusedKernels(Gpu gpu, Elementwise elementwise, Reductions reductions) {
        this.gpu = gpu;
        this.elementwise = elementwise;
        this.reductions = reductions;
        this.products = new Products(gpu);
        this.movements = new Movements(gpu);
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
    FusedKernel of(FusedOp op) {
        return switch (op) {
            case FusedOp.Linear _ -> new LinearKernel(products, elementwise, reductions);
            case FusedOp.Relu _, FusedOp.Gelu _ -> new ActivationKernel(elementwise, Elementwise.activation(op));
            case FusedOp.Softmax _ -> new SoftmaxKernel(gpu, "softmax");
            case FusedOp.LogSoftmax _ -> new SoftmaxKernel(gpu, "log_softmax");
            case FusedOp.LayerNorm _, FusedOp.RmsNorm _ -> norm(op);
            case FusedOp.Attention(Mask _, var _, boolean bias) when bias -> throw new IllegalStateException("there is no kernel for " + op);
            case FusedOp.Attention attention -> new AttentionKernel(gpu, attention);
            case FusedOp.Rotate(Pairs pairs) -> new RotateKernel(gpu, pairs);
            case FusedOp.CrossEntropy _ -> new CrossEntropyKernel(gpu);
            case FusedOp.Dropout(double rate) -> new DropoutKernel(movements, rate);
        };
    }

    /** The kernels of a norm. */
    NormKernel norm(FusedOp op) {
        return switch (op) {
            case FusedOp.LayerNorm(double eps, boolean _) -> new NormKernel(gpu, reductions, eps, true);
            case FusedOp.RmsNorm(double eps, boolean _) -> new NormKernel(gpu, reductions, eps, false);
            default -> throw new IllegalArgumentException(op.name() + " is no norm");
        };
    }
}
