package io.fluxo.cuda.torch.inside;

import io.fluxo.tensor.DType;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The logarithm of the softmax over the last axis. */
record LogSoftmax(Operators operators) implements Kernel {

    @Override
    public Tensor[] forward(TorchTensor... in) {
        return new Tensor[] {torch.log_softmax(in[0].handle(), -1)};
    }

    @Override
    public Tensor[] backward(TorchTensor[] in, TorchTensor[] results, TorchTensor g) {
        return new Tensor[] {derivative(operators, g.handle(), results[0].handle(), in[0].dtype())};
    }

    static Tensor derivative(Operators operators, Tensor g, Tensor y, DType dtype) {
        return operators.call("_log_softmax_backward_data", 1, new IValue(g), new IValue(y), new IValue(-1L), new IValue((long) Types.of(dtype).value))[0];
    }
}
