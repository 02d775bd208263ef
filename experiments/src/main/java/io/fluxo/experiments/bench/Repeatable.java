package io.fluxo.experiments.bench;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.function.Supplier;

/** Something that is timed. */
@FunctionalInterface
public interface Repeatable {

    /** Does it so many times, and waits until the last is done. */
    void run(int times);

    /** {@code body}, which is done when it returns. */
    static Repeatable of(Runnable body) {
        return times -> {
            for (int i = 0; i < times; i++) {
                body.run();
            }
        };
    }

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

    /** From the last axis to the first: what is copied on the way is then one element of each row at most. */
    private static Tensor oneElement(Ops ops, Tensor result) {
        Tensor one = result;
        for (int axis = result.rank() - 1; axis >= 0; axis--) {
            one = one.shape().size(axis) == 1 ? one : ops.slice(one, axis, Dim.of(0), Dim.ONE);
        }
        return one;
    }
}
