package io.fluxo.cpu.simd.memory;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;

/** Makes this backend's tensors, and brings their values in and out. */
public final class Tensors {

    private final Memory memory;

    public Tensors(Memory memory) {
        this.memory = memory;
    }

    /** A tensor with undefined contents. */
    public SimdTensor make(Shape shape, DType dtype) {
        return new SimdTensor(memory.allocate(dtype, shape.elements()), shape, dtype);
    }

    public SimdTensor of(HostArray values) {
        SimdTensor tensor = make(values.shape(), values.dtype());
        System.arraycopy(values.array(), 0, tensor.alive(), 0, values.elements());
        return tensor;
    }

    public static HostArray values(SimdTensor x) {
        Object copy = switch (x.dtype()) {
            case F32 -> new float[x.elements()];
            case I32 -> new int[x.elements()];
            case I64 -> new long[x.elements()];
            case BOOL -> new boolean[x.elements()];
            case F64, BF16 -> throw new IllegalStateException("simd has no " + x.dtype().label());
        };
        System.arraycopy(x.alive(), 0, copy, 0, x.elements());
        return new HostArray(x.shape(), x.dtype(), copy);
    }

    /** The same elements in a tensor of the scope that is open now. */
    public SimdTensor copy(SimdTensor x) {
        SimdTensor y = make(x.shape(), x.dtype());
        System.arraycopy(x.alive(), 0, y.alive(), 0, x.elements());
        return y;
    }

    /**
     * {@code more} behind {@code x}, both in one piece: what grows row by row, as the keys and values of a sequence do, is not copied for each row. The first time
     * both are copied, the second time there is room for as much again, and from then on {@code more} is written behind {@code x}, which stays what it was: the
     * result begins with it. Where something else already follows on {@code x}, both are copied.
     */
    public SimdTensor joined(SimdTensor x, SimdTensor more, Shape shape) {
        int before = x.elements();
        int after = shape.elements();
        boolean hasRoom = x.buffer().hasRoom(before, after);
        SimdTensor y = hasRoom ? x.as(shape) : new SimdTensor(memory.allocate(x.dtype(), x.buffer().grows(before) ? 2 * after : after), shape, x.dtype());
        if (!hasRoom) {
            System.arraycopy(x.alive(), 0, y.alive(), 0, before);
        }
        System.arraycopy(more.alive(), 0, y.alive(), before, more.elements());
        y.buffer().mayGrow(after);
        return y;
    }

    public static SimdTensor own(Tensor tensor) {
        if (tensor instanceof SimdTensor own) {
            return own;
        }
        throw new IllegalArgumentException(Text.format("a tensor %s of another backend came to simd", tensor.shape()));
    }

    public static List<SimdTensor> own(Tensor... tensors) {
        return Arrays.stream(tensors).map(Tensors::own).toList();
    }
}
