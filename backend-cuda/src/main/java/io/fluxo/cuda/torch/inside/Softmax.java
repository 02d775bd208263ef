package io.fluxo.cuda.torch.inside;

import io.fluxo.tensor.DType;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Softmax over the last axis. */
record Softmax(Operators operators) implements Kernel {

    @Override
    public Tensor[] forward(TorchTensor... in) {
        return new Tensor[] {of(in[0].handle())};
    }

    /** libtorch's softmax gives NaN for a row of −∞ alone, which is 0 here; a NaN in a row stays. */
    static Tensor of(Tensor x) {
        Tensor y = torch.softmax(x, -1);
        if (x.numel() == 0 || !Double.isNaN(torch.sum(y).item_double())) {
            return y;
        }
        return torch.masked_fill(y, torch.all(torch.isneginf(x), -1, true), new Scalar(0.0));
    }

    @Override
    public Tensor[] backward(TorchTensor[] in, TorchTensor[] results, TorchTensor g) {
        return new Tensor[] {derivative(operators, g.handle(), results[0].handle(), in[0].dtype())};
    }

    static Tensor derivative(Operators operators, Tensor g, Tensor y, DType dtype) {
        return operators.call("_softmax_backward_data", 1, new IValue(g), new IValue(y), new IValue(-1L), new IValue((long) Types.of(dtype).value))[0];
    }
}
