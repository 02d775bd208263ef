package io.fluxo.cpu.simd.memory;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Preview;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.lang.reflect.Array;

/** A contiguous, row-major array that begins at the start of its buffer. Tensors that only differ in shape share one. */
public final class SimdTensor implements Tensor {

    private final Memory.ArrayBuffer buffer;
    private final Shape shape;
    private final DType dtype;
    private String takenBy;

    public SimdTensor(Memory.ArrayBuffer buffer, Shape shape, DType dtype) {
        this.buffer = buffer;
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

    public Memory.ArrayBuffer buffer() {
        return buffer;
    }

    public int elements() {
        return shape.elements();
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

    public float[] floats() {
        return (float[]) alive();
    }

    public int[] ints() {
        return (int[]) alive();
    }

    public long[] longs() {
        return (long[]) alive();
    }

    public boolean[] booleans() {
        return (boolean[]) alive();
    }

    /** The same elements under another shape. */
    public SimdTensor as(Shape other) {
        alive();
        buffer.view();
        return new SimdTensor(buffer, other, dtype);
    }

    /** The same elements for a kernel that may run again: this handle stays valid when the scope closes. */
    public SimdTensor lasting() {
        return new SimdTensor(Memory.ArrayBuffer.lasting(alive()), shape, dtype);
    }

    /** The handle of an update's result, which overwrites this tensor. This handle is then dead. */
    public SimdTensor donateTo(String op, Memory memory) {
        alive();
        takenBy = op;
        return new SimdTensor(memory.writable(buffer, dtype, elements()), shape, dtype);
    }

    /** Releases this handle: it is not used again. */
    public void release(Memory memory) {
        alive();
        takenBy = "release";
        memory.release(buffer);
    }

    @Override
    public String toString() {
        Object array = buffer.array();
        if (takenBy != null || array == null) {
            return Preview.of(shape, dtype, takenBy != null ? "on simd, taken over by " + takenBy : "on simd, its scope is closed");
        }
        return Preview.of(shape, dtype, "on simd", i -> Array.get(array, i));
    }

    public Object alive() {
        if (takenBy != null) {
            throw new IllegalStateException(Text.format("the tensor %s was taken over by %s", shape, takenBy));
        }
        Object array = buffer.array();
        if (array == null) {
            throw new IllegalStateException(Text.format("the tensor %s is used after its scope closed", shape));
        }
        return array;
    }
}
