package io.fluxo.cuda.torch.inside;

import org.bytedeco.pytorch.Tensor;

/** A fused operation by libtorch's kernels. Results are fresh tensors, never inputs. */
interface Kernel {

    /** The output, and after it what {@link #backward} needs. */
    Tensor[] forward(TorchTensor... in);

    /**
     * For each input the gradient of Σ g·output; null for an input that has none.
     *
     * @param results what {@link #forward} returned
     */
    Tensor[] backward(TorchTensor[] in, TorchTensor[] results, TorchTensor g);
}
