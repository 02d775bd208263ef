package io.fluxo.cuda.torch.inside;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@code nll_loss} of the logarithm of the softmax, for each position. */
record CrossEntropy(Operators operators) implements Kernel {

    private static final long FOR_EACH = 0;                                          // libtorch's number for "no reduction"
    private static final long IGNORED = Long.MIN_VALUE;                              // a target that libtorch would pass over; none may be

    @Override
    public Tensor[] forward(TorchTensor... in) {
        Indices.check(in[1], in[0].shape().size(-1), "crossEntropy");
        Tensor logarithms = torch.log_softmax(in[0].handle().reshape(Sizes.rows(in[0].shape())), -1);
        Tensor targets = in[1].handle().reshape(-1).to(ScalarType.Long);
        Tensor losses = new Tensor(torch.nll_loss_forward(logarithms, targets, new TensorOptional(), FOR_EACH, IGNORED).get0());
        return new Tensor[] {losses.reshape(Sizes.of(in[1].shape())), logarithms};
    }

    @Override
    public Tensor[] backward(TorchTensor[] in, TorchTensor[] results, TorchTensor g) {
        Tensor logarithms = results[1].handle();
        Tensor targets = in[1].handle().reshape(-1).to(ScalarType.Long);
        Tensor nothing = torch.scalar_tensor(new Scalar(0.0));                       // the weights' sum, which only means divide by
        Tensor chosen = torch.nll_loss_backward(g.handle().reshape(-1), logarithms, targets, new TensorOptional(), FOR_EACH, IGNORED,
                nothing.to(logarithms.scalar_type()));
        return new Tensor[] {LogSoftmax.derivative(operators, chosen, logarithms, in[0].dtype()).reshape(Sizes.of(in[0].shape())), null};
    }
}
