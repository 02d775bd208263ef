package io.fluxo.cuda.torch.inside;

import io.fluxo.op.FusedOp;
import java.util.Optional;

/**
 * The fused operations that libtorch has kernels for. Its {@code rms_norm} has none on the CPU, its dropout draws other numbers, and it has no rotary
 * positions: these run as their compositions.
 */
record Kernels(Operators operators) {

    Optional<Kernel> of(FusedOp op) {
        return Optional.ofNullable(switch (op) {
            case FusedOp.Linear(boolean bias) -> new Products(bias);
            case FusedOp.Relu _ -> Activation.RELU;
            case FusedOp.Gelu(boolean tanh) -> tanh ? Activation.GELU_TANH : Activation.GELU;
            case FusedOp.Softmax _ -> new Softmax(operators);
            case FusedOp.LogSoftmax _ -> new LogSoftmax(operators);
            case FusedOp.LayerNorm(double eps, boolean affine) -> new LayerNorm(eps, affine);
            case FusedOp.Attention attention -> new Attention(operators, attention);
            case FusedOp.CrossEntropy _ -> new CrossEntropy(operators);
            case FusedOp.RmsNorm _, FusedOp.Rotate _, FusedOp.Dropout _ -> null;
        });
    }
}
