package io.fluxo.cuda.torch.inside;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** {@code addmm} and the products that its derivative consists of, on all leading axes as one. */
record Products(boolean bias) implements Kernel {

    @Override
    public Tensor[] forward(TorchTensor... in) {
        Tensor x = rows(in[0]);
        Tensor w = in[1].handle();
        Tensor y = bias ? torch.addmm(in[2].handle(), x, w) : torch.mm(x, w);
        long[] sizes = Sizes.of(in[0].shape());
        sizes[sizes.length - 1] = in[1].shape().size(1);
        return new Tensor[] {y.reshape(sizes)};
    }

    @Override
    public Tensor[] backward(TorchTensor[] in, TorchTensor[] results, TorchTensor gradient) {
        Tensor g = rows(gradient);
        Tensor dx = torch.mm(g, in[1].handle().t()).reshape(Sizes.of(in[0].shape()));
        Tensor dw = torch.mm(rows(in[0]).t(), g);
        return bias ? new Tensor[] {dx, dw, torch.sum(g, 0)} : new Tensor[] {dx, dw};
    }

    private static Tensor rows(TorchTensor x) {
        return x.handle().reshape(Sizes.rows(x.shape()));
    }
}
