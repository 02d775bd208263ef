package io.fluxo.experiments.compare.ops;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run of an operation on a backend: by its kernel, or by its composition where there is none.
 *
 * @param seed the gradient of the result, where gradients of the inputs are asked for
 */
record Execution(Backend backend, Op op, Computation computation, Tensor[] inputs, Optional<Tensor> seed) {

    /** Of {@code op} as it is. */
    static Execution of(Backend backend, Op op, Tensor[] inputs, Optional<Tensor> seed) {
        return new Execution(backend, op, computation(op), inputs, seed);
    }

    private static Computation computation(Op op) {
        return switch (op) {
            case PrimitiveOp primitive -> (backend, in) -> new Tensor[] {backend.execute(primitive, in)};
            case FusedOp fused -> (backend, in) -> new Tensor[] {new Ops(backend).fused(fused, in)};
            case UpdateOp update -> (backend, in) -> backend.update(update, in);
        };
    }

    Execution on(Backend other) {
        return new Execution(other, op, computation, inputs, seed);
    }

    /** The same inputs through another operation. */
    Execution through(Op other) {
        return of(backend, other, inputs, seed);
    }

    /** The same inputs through another computation. */
    Execution through(Computation other) {
        return new Execution(backend, op, other, inputs, seed);
    }

    Ops ops() {
        return new Ops(backend);
    }

    /** The outputs; or where there is a seed, the gradient of each input, null for indices. */
    Tensor[] results() {
        return seed.isPresent() ? gradients(seed.get()) : computation.on(backend, inputs);
    }

    private Tensor[] gradients(Tensor of) {
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor[] watched = inputs.clone();
            List<Integer> floating = new ArrayList<>();
            for (int i = 0; i < inputs.length; i++) {
                if (inputs[i].dtype().isFloating()) {
                    watched[i] = tape.watch(inputs[i]);
                    floating.add(i);
                }
            }
            Tensor[] found = tape.gradients(computation.on(tape, watched)[0], of, floating.stream().map(i -> watched[i]).toList());
            Tensor[] gradients = new Tensor[inputs.length];
            for (int i = 0; i < found.length; i++) {
                gradients[floating.get(i)] = found[i];
            }
            return gradients;
        }
    }
}
