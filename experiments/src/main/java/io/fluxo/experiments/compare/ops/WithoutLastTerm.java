package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.Max;
import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.op.PrimitiveOp.ScatterAdd;
import io.fluxo.op.PrimitiveOp.Sum;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Sums, products and maxima that leave out a share ε of their last term, where they have more than one. */
final class WithoutLastTerm extends FaultyPrimitives {

    private final Ops ops;
    private final double epsilon;

    WithoutLastTerm(Backend inner, double epsilon) {
        super(inner);
        ops = new Ops(inner);
        this.epsilon = epsilon;
    }

    @Override
    Optional<Tensor> wrong(PrimitiveOp op, Tensor... in) {
        return switch (op) {
            case Sum(List<Integer> axes, var _) when in[0].dtype().isFloating() -> without(op, axes, in, new Tensor[] {last(in[0], axes)});
            case MatMul(boolean transposeLeft, boolean transposeRight) -> {
                int k = transposeLeft ? -2 : -1;
                yield without(op, List.of(k), in, new Tensor[] {last(in[0], List.of(k)), last(in[1], List.of(transposeRight ? -1 : -2))});
            }
            case ScatterAdd _ when in[1].dtype().isFloating() -> {
                List<Integer> axes = IntStream.range(0, in[0].rank()).boxed().toList();
                yield without(op, axes, in, new Tensor[] {last(in[0], axes), last(in[1], axes)});
            }
            case Max(List<Integer> axes, var _) when in[0].dtype().isFloating() && !axes.isEmpty() && in[0].dim(axes.getLast()).size() > 1 -> {
                int axis = axes.getLast();
                Tensor others = ops.slice(in[0], axis, Dim.of(0), in[0].dim(axis).minus(Dim.ONE));
                yield Optional.of(Fault.mixed(ops, inner.execute(op, in), inner.execute(op, others), epsilon));
            }
            default -> Optional.empty();
        };
    }

    /** The sum over {@code axes} of the first input, less a share of what the last term makes of itself. */
    private Optional<Tensor> without(PrimitiveOp sum, List<Integer> axes, Tensor[] in, Tensor[] last) {
        int terms = axes.stream().mapToInt(axis -> in[0].dim(axis).size()).reduce(1, Math::multiplyExact);
        return terms > 1 ? Optional.of(ops.sub(inner.execute(sum, in), ops.scale(inner.execute(sum, last), epsilon))) : Optional.empty();
    }

    private Tensor last(Tensor x, List<Integer> axes) {
        Tensor last = x;
        for (int axis : axes) {
            last = x.dim(axis).size() > 1 ? ops.slice(last, axis, x.dim(axis).minus(Dim.ONE), Dim.ONE) : last;
        }
        return last;
    }
}
