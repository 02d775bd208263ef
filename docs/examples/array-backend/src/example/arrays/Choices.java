package example.arrays;

import io.fluxo.op.PrimitiveOp.And;
import io.fluxo.op.PrimitiveOp.Logical;
import io.fluxo.op.PrimitiveOp.Not;
import io.fluxo.op.PrimitiveOp.Or;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.HostArray;

/** Truth values, and what is chosen by them. */
final class Choices {

    private Choices() {}

    static HostArray logical(Logical op, HostArray[] in, Shape shape) {
        boolean[] a = truths(in[0], shape);
        boolean[] b = truths(in[in.length - 1], shape);
        boolean[] out = new boolean[shape.elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (op) {
                case And _ -> a[i] && b[i];
                case Or _ -> a[i] || b[i];
                case Not _ -> !a[i];
            };
        }
        return HostArray.of(shape, out);
    }

    static HostArray where(HostArray condition, HostArray then, HostArray otherwise, Shape shape) {
        boolean[] holds = truths(condition, shape);
        HostArray out = broadcast(then, shape);
        HostArray other = broadcast(otherwise, shape);
        for (int i = 0; i < holds.length; i++) {
            if (!holds[i]) {
                System.arraycopy(other.array(), i, out.array(), i, 1);
            }
        }
        return out;
    }

    private static boolean[] truths(HostArray values, Shape shape) {
        return (boolean[]) broadcast(values, shape).array();
    }

    private static HostArray broadcast(HostArray x, Shape shape) {
        return Movements.pick(x, Walk.broadcast(x.shape(), shape), shape);
    }
}
