package io.fluxo.cuda.torch.inside;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Functions of one element, with libtorch's derivatives. */
enum Activation implements Kernel {

    RELU {
        @Override
        Tensor of(Tensor x) {
            return torch.relu(x);
        }

        @Override
        Tensor derivative(Tensor g, Tensor x) {
            return torch.threshold_backward(g, x, new Scalar(0L));
        }
    },

    GELU {
        @Override
        Tensor of(Tensor x) {
            return torch.gelu(x, "none");
        }

        @Override
        Tensor derivative(Tensor g, Tensor x) {
            return torch.gelu_backward(g, x, "none");
        }
    },

    GELU_TANH {
        @Override
        Tensor of(Tensor x) {
            return torch.gelu(x, "tanh");
        }

        @Override
        Tensor derivative(Tensor g, Tensor x) {
            return torch.gelu_backward(g, x, "tanh");
        }
    };

    abstract Tensor of(Tensor x);

    abstract Tensor derivative(Tensor g, Tensor x);

    @Override
    public Tensor[] forward(TorchTensor... in) {
        return new Tensor[] {of(in[0].handle())};
    }

    @Override
    public Tensor[] backward(TorchTensor[] in, TorchTensor[] results, TorchTensor g) {
        return new Tensor[] {derivative(g.handle(), in[0].handle())};
    }
}
