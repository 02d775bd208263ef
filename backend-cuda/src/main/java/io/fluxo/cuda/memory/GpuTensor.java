package io.fluxo.cuda.memory;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Preview;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;

/** A contiguous, row-major array in device memory, from the beginning of its block. Tensors that differ in shape only share one. */
public final class GpuTensor implements Tensor {

    private final DeviceMemory.Block block;
    private final Shape shape;
    private final DType dtype;
    private String gone;

    GpuTensor(DeviceMemory.Block block, Shape shape, DType dtype) {
        this.block = block;
        this.shape = shape;
        this.dtype = dtype;
    }

    static long bytes(Shape shape, DType dtype) {
        return (long) shape.elements() * dtype.bytes();
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    public int elements() {
        return shape.elements();
    }

    public long bytes() {
        return bytes(shape, dtype);
    }

    /** The size of the last axis; 1 where there is none. */
    public int width() {
        return shape.rank() == 0 ? 1 : shape.size(-1);
    }

    /** How many rows of {@link #width} there are. */
    public int rows() {
        int width = width();
        return width == 0 ? 0 : elements() / width;
    }

    public DeviceMemory.Block block() {
        return block;
    }

    /** Where it begins; an error unless it still lives. */
    public long address() {
        return alive().address();
    }

    DeviceMemory.Block alive() {
        if (gone != null) {
            throw new IllegalStateException(Text.format("the tensor %s %s", shape, gone));
        }
        if (block.isFreed()) {
            throw new IllegalStateException(Text.format("the tensor %s is used after its scope closed", shape));
        }
        return block;
    }

    void end(String how) {
        gone = how;
    }

    @Override
    public String toString() {
        return Preview.of(shape, dtype, gone != null ? "on cuda, it " + gone : block.isFreed() ? "on cuda, its scope is closed" : "on cuda");
    }
}
