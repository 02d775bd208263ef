package io.fluxo.cuda.torch.inside;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** {@code native_layer_norm} over the last axis. */
record LayerNorm(double eps, boolean affine) implements Kernel {

    @Override
    public Tensor[] forward(TorchTensor... in) {
        return all(torch.native_layer_norm(in[0].handle(), width(in[0]), part(in, 1), part(in, 2), eps));
    }

    @Override
    public Tensor[] backward(TorchTensor[] in, TorchTensor[] results, TorchTensor g) {
        if (in[0].shape().size(-1) == 1) {
            return ofOneElement(in[0].handle(), g.handle());
        }
        BoolPointer wanted = new BoolPointer(3).put(0, true).put(1, affine).put(2, affine);
        Tensor[] gradients = all(torch.native_layer_norm_backward(g.handle(), in[0].handle(), width(in[0]), results[1].handle(), results[2].handle(),
                part(in, 1), part(in, 2), wanted));
        return affine ? gradients : new Tensor[] {gradients[0]};
    }

    /**
     * A row of one element is its own mean, so that x − μ is 0 and with it every gradient but the bias's. libtorch takes x/σ − μ/σ instead, which leaves
     * what rounding made of it, times 1/√ε.
     */
    private Tensor[] ofOneElement(Tensor x, Tensor g) {
        Tensor centred = torch.sub(x, x);
        return affine ? new Tensor[] {centred, sumOfRows(torch.mul(g, centred)), sumOfRows(g)} : new Tensor[] {centred};
    }

    private static Tensor sumOfRows(Tensor x) {
        return torch.sum(x.reshape(-1, 1), 0);
    }

    private TensorOptional part(TorchTensor[] in, int index) {
        return affine ? new TensorOptional(in[index].handle()) : new TensorOptional();
    }

    private static long[] width(TorchTensor x) {
        return new long[] {x.shape().size(-1)};
    }

    private static Tensor[] all(T_TensorTensorTensor_T three) {
        return new Tensor[] {new Tensor(three.get0()), new Tensor(three.get1()), new Tensor(three.get2())};
    }
}
