package io.fluxo.cuda.nd4j.inside;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Preview;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A contiguous, row-major array of nd4j's. Tensors that only differ in shape share a buffer; one without elements has no array. */
final class Nd4jTensor implements Tensor {

    private final Nd4jMemory.Nd4jBuffer buffer;
    private final Nd4jMemory.View view;
    private final INDArray array;
    private final Shape shape;
    private final DType dtype;
    private String takenBy;

    /**
     * @param view  null for the buffer's first tensor
     * @param array the buffer's elements under {@code shape}; null where there are none
     */
    Nd4jTensor(Nd4jMemory.Nd4jBuffer buffer, Nd4jMemory.View view, INDArray array, Shape shape, DType dtype) {
        this.buffer = buffer;
        this.view = view;
        this.array = array;
        this.shape = shape;
        this.dtype = dtype;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    Nd4jMemory.Nd4jBuffer buffer() {
        return buffer;
    }

    boolean isEmpty() {
        return shape.elements() == 0;
    }

    Nd4jMemory.View view() {
        return view;
    }

    /** The elements; an error unless the tensor still lives. */
    INDArray array() {
        requireAlive();
        if (array == null) {
            throw new IllegalStateException(Text.format("the tensor %s has no elements", shape));
        }
        return array;
    }

    void requireAlive() {
        if (takenBy != null) {
            throw new IllegalStateException(Text.format("the tensor %s was taken over by %s", shape, takenBy));
        }
        if (buffer.isFreed()) {
            throw new IllegalStateException(Text.format("the tensor %s is used after its scope closed", shape));
        }
    }

    /** Without values: reading them would wait for the device. */
    @Override
    public String toString() {
        return Preview.of(shape, dtype, takenBy != null ? "on nd4j, taken over by " + takenBy : buffer.isFreed() ? "on nd4j, its scope is closed" : "on nd4j");
    }

    void takeOver(String op) {
        takenBy = op;
    }
}
