package io.fluxo.op;

import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Executes operations: the part of a backend that {@link Ops} needs. */
public interface Engine {

    /** Executes a primitive operation. */
    Tensor execute(PrimitiveOp op, Tensor... inputs);

    /** Whether {@link #runFused} and {@link #backward} have a kernel for {@code op}: both or neither. */
    default boolean fuses(FusedOp op) {
        return false;
    }

    /** Runs the kernel of {@code op}; with {@code save}, the result also holds what {@link #backward} needs. */
    default Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        throw new IllegalStateException("there is no kernel for " + op);
    }

    /**
     * Runs the kernel of {@code op} and hands out values inside it, as the kernel computes with them: the result has the same bits whatever is handed out. Where no
     * kernel hands them out, the composition shows them.
     *
     * @param wanted some of {@link FusedOp.Inspectable#inside}
     * @return empty where no kernel hands these out
     */
    default Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        return Optional.empty();
    }

    /**
     * The kernel's vector-Jacobian product: for each input the gradient of Σ gradient·output, null where an input has none (indices).
     *
     * @param forward what {@link #runFused} returned with {@code save}
     */
    default Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        throw new IllegalStateException("there is no kernel for " + op);
    }

    /**
     * Executes an update, which takes over the inputs that {@link UpdateOp#donated} counts: the outputs may lie in their place and live as
     * long as they would have; the old handles are dead.
     */
    default Tensor[] update(UpdateOp op, Tensor... inputs) {
        return op.compose(new Ops(this), inputs);
    }

    /**
     * Executes the same update for each of several states, none of which is another's input: in one pass where a backend has one, with the
     * results of {@link #update} one after the other.
     *
     * @param inputs what {@link #update} takes, for each
     * @return what it returns, for each
     */
    default List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return inputs.stream().map(one -> update(op, one)).toList();
    }

    /** A kernel's output, and the tensors that its backward pass needs: a log-sum-exp, a reciprocal deviation. */
    record Fused(Tensor output, Tensor... saved) {}

    /** A kernel's output, and the values inside it that were wanted. */
    record Shown(Tensor output, Map<FusedOp.Inside, ? extends Tensor> inside) {
        public Shown {
            inside = Map.copyOf(inside);
        }
    }
}
