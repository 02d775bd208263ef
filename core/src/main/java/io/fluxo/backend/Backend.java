package io.fluxo.backend;

import io.fluxo.op.Engine;
import io.fluxo.op.FusedOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The tensor SPI: executes operations, moves values between host and device, and owns memory. An instance serves one thread at a time;
 * trials that run side by side open one each.
 */
public interface Backend extends Engine, AutoCloseable {

    /** The name users type, inside the names of its decorators: {@code autodiff(checked(simd))}. */
    String name();

    /** Floating types it computes in. */
    Set<DType> dtypes();

    /** Brings values to the device. The array is not kept: the caller may change it afterwards. */
    Tensor upload(HostArray values);

    /**
     * Brings values to the device that are still to be put together. A backend whose tensors are arrays gives its own to {@code fill}, so that there is no second
     * copy.
     *
     * @param room an array of the host to fill, as {@link HostArray} wants it, where the backend gives none; it is not kept
     * @param fill writes all values into an array of that kind, which may be longer than the shape's elements
     */
    default Tensor upload(Shape shape, DType dtype, Supplier<Object> room, Consumer<Object> fill) {
        Object array = room.get();
        fill.accept(array);
        return upload(new HostArray(shape, dtype, array));
    }

    /** Brings values to the host. */
    HostArray download(Tensor tensor);

    /** Opens a scope that owns every tensor made until it closes. */
    TensorScope openScope();

    /**
     * As {@link #backward}, but adds the first input's gradient to the gradient that has reached that input by other paths.
     *
     * @param sum of that input's shape; taken over as by an update: the old handle is dead
     * @return in the first place the new sum
     */
    default Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        Tensor[] gradients = backward(op, inputs, forward, gradient);
        Tensor more = gradients[0];
        gradients[0] = update(new UpdateOp.Accumulate(), sum, more)[0];
        release(more);
        return gradients;
    }

    /**
     * Says that {@code tensor} is not used again: its memory may be reused for the next result, once no other tensor uses it. Never necessary, since
     * scopes free what is left; an early release keeps the caches warm.
     */
    default void release(Tensor tensor) {}

    /**
     * Prepares {@code step} for repeated runs. A backend may remember the operations of the step, and from then on repeat them without calling {@code
     * step}. A step that brings values to or from the host, or that does not update tensors in place, is called every time. Results are the same bits
     * either way.
     *
     * @param step does the same operations each time, on tensors from outside that live as long as the routine, and returns a tensor that
     *             belongs to the scope it is called in; what differs from time to time is in the tensors' contents
     */
    default Routine routine(Supplier<Tensor> step) {
        return step::get;
    }

    /** Frees all tensors, threads and device memory. */
    @Override
    void close();
}
