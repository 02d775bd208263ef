package io.fluxo.experiments.compare.speed;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.function.Supplier;

/** Something that is timed. */
@FunctionalInterface
interface Repeatable {

    /** Does it so many times, and waits until the last is done. */
    void run(int times);

    /** {@code body} in a scope of its own each time. A device may work on after the call has returned: so one element of the last result is brought to the host. */
    static Repeatable of(Backend backend, Supplier<Tensor> body) {
        return times -> {
            for (int i = 0; i < times; i++) {
                try (TensorScope _ = backend.openScope()) {
                    Tensor result = body.get();
                    if (i == times - 1) {
                        backend.download(oneElement(new Ops(backend), result));
                    }
                }
            }
        };
    }

    private static Tensor oneElement(Ops ops, Tensor result) {
        Tensor one = result;
        for (int axis = 0; axis < result.rank(); axis++) {
            one = one.shape().size(axis) == 1 ? one : ops.slice(one, axis, Dim.of(0), Dim.ONE);
        }
        return one;
    }
}
