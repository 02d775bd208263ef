package io.fluxo.cuda.torch.inside;

import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Shape;
import java.util.stream.Stream;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Attention by libtorch's flash kernel where that computes the same, else by products and a softmax. The flash kernel wants values as wide as queries,
 * counts a causal mask from the first key instead of the last, and knows no gradient of a bias.
 */
record Attention(Operators operators, FusedOp.Attention op) implements Kernel {

    private boolean flashes(TorchTensor... in) {
        Shape q = in[0].shape();
        return !op.bias() && q.elements() > 0 && in[2].shape().elements() > 0 && q.size(3) == in[2].shape().size(3)
                && (op.mask() == Mask.BIDIRECTIONAL || q.size(1) == in[1].shape().size(1));
    }

    @Override
    public Tensor[] forward(TorchTensor... in) {
        Tensor q = headsFirst(in[0]);
        Tensor k = headsFirst(in[1]);
        Tensor v = headsFirst(in[2]);
        if (flashes(in)) {
            Tensor[] made = operators.call("_scaled_dot_product_flash_attention_for_cpu", 2, new IValue(q), new IValue(k), new IValue(v), new IValue(0.0),
                    new IValue(op.mask() == Mask.CAUSAL), new IValue(), new IValue(op.scale().value()));
            return new Tensor[] {swapped(made[0]), made[1]};
        }
        Tensor scores = torch.mul(torch.matmul(q, k.transpose(-2, -1)), new Scalar(op.scale().value()));
        if (op.bias()) {
            scores = torch.add(scores, in[3].handle());
        }
        if (op.mask() == Mask.CAUSAL) {
            scores = torch.masked_fill(scores, forbidden(in[0].shape().size(1), in[1].shape().size(1)), new Scalar(Double.NEGATIVE_INFINITY));
        }
        Tensor pattern = Softmax.of(scores);
        return new Tensor[] {swapped(torch.matmul(pattern, v)), pattern};
    }

    @Override
    public Tensor[] backward(TorchTensor[] in, TorchTensor[] results, TorchTensor gradient) {
        Tensor q = headsFirst(in[0]);
        Tensor k = headsFirst(in[1]);
        Tensor v = headsFirst(in[2]);
        Tensor g = headsFirst(gradient);
        if (flashes(in)) {
            Tensor[] made = operators.call("_scaled_dot_product_flash_attention_for_cpu_backward", 3, new IValue(g), new IValue(q), new IValue(k),
                    new IValue(v), new IValue(headsFirst(results[0])), new IValue(results[1].handle()), new IValue(0.0),
                    new IValue(op.mask() == Mask.CAUSAL), new IValue(), new IValue(op.scale().value()));
            return Stream.of(made).map(Attention::swapped).toArray(Tensor[]::new);
        }
        Tensor pattern = results[1].handle();
        Tensor dv = torch.matmul(pattern.transpose(-2, -1), g);
        Tensor dScores = Softmax.derivative(operators, torch.matmul(g, v.transpose(-2, -1)), pattern, in[0].dtype());
        Tensor scaled = torch.mul(dScores, new Scalar(op.scale().value()));
        Tensor dq = torch.matmul(scaled, k);
        Tensor dk = torch.matmul(scaled.transpose(-2, -1), q);
        return op.bias() ? new Tensor[] {swapped(dq), swapped(dk), swapped(dv), dScores.sum_to_size(Sizes.of(in[3].shape())).alias()}
                : new Tensor[] {swapped(dq), swapped(dk), swapped(dv)};
    }

    /** [n m]: whether key j > query i, queries standing at the last n of m positions. */
    private static Tensor forbidden(int n, int m) {
        return torch.ones(new long[] {n, m}, new TensorOptions(ScalarType.Bool)).triu(m - n + 1);
    }

    private static Tensor headsFirst(TorchTensor x) {
        return swapped(x.handle());
    }

    /** [batch n head d] to [batch head n d], and back. */
    private static Tensor swapped(Tensor x) {
        return x.transpose(1, 2);
    }
}
