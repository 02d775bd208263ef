package io.fluxo.cuda.torch.inside;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Preview;
import io.fluxo.text.Text;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor of libtorch's under Fluxo's shape. Its elements need not lie in row-major order: where a movement can be a view, it is one. libtorch counts
 * the tensors on a storage and frees it with the last.
 */
final class TorchTensor implements io.fluxo.tensor.Tensor {

    private final Shape shape;
    private final DType dtype;
    private final Tensor handle;
    private TorchMemory.Scope owner;
    private String gone;

    TorchTensor(Tensor handle, Shape shape, DType dtype, TorchMemory.Scope owner) {
        this.handle = handle;
        this.shape = shape;
        this.dtype = dtype;
        this.owner = owner;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    /** libtorch's tensor; an error unless this one still lives. */
    Tensor handle() {
        if (gone != null) {
            throw new IllegalStateException(Text.format("the tensor %s %s", shape, gone));
        }
        return handle;
    }

    TorchMemory.Scope owner() {
        return owner;
    }

    void moveTo(TorchMemory.Scope scope) {
        owner = scope;
    }

    /** From now on the handle is another's, or closed. */
    void end(String how) {
        gone = how;
    }

    /** Frees this tensor, and its storage if no other stands on that. */
    void free(String how) {
        if (gone == null) {
            gone = how;
            handle.close();
        }
    }

    @Override
    public String toString() {
        return Preview.of(shape, dtype, gone == null ? "on torch" : "on torch, it " + gone);
    }
}
