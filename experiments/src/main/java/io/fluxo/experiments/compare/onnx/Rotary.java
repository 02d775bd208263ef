package io.fluxo.experiments.compare.onnx;

import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/** Rotary positions whose angles are given, and not computed from a base as Fluxo's layer does: features are turned in pairs by the same equations. */
final class Rotary {

    private Rotary() {}

    static Map<String, Operator> table() {
        return Map.of("RotaryEmbedding", Operator.of(23, Rotary::turn));
    }

    private static Tensor turn(Call call) {
        Ops ops = call.ops();
        Tensor given = call.in(0);
        long heads = call.whole("num_heads", 0);
        if (given.rank() == 3 && (heads < 1 || given.dim(2).size() % heads != 0)) {
            throw call.bad("does not divide " + given.shape() + " into " + heads + " heads");
        }
        Tensor x = given.rank() == 3                                                             // [batch n head d]
                ? ops.splitAxis(given, 2, Dim.of(heads), Dim.of(given.dim(2).size() / heads))
                : ops.permute(given, 0, 2, 1, 3);
        int width = x.dim(3).size();
        long asked = call.whole("rotary_embedding_dim", 0);
        int turned = asked == 0 ? width : (int) Math.clamp(asked, 0, width);
        if (turned % 2 != 0) {
            throw call.bad("turns " + turned + " features, which are not pairs");
        }
        Tensor cos = angles(call, 1);
        Tensor sin = angles(call, 2);
        Tensor pairs = ops.slice(x, 3, Dim.of(0), Dim.of(turned));
        Tensor result = call.flag("interleaved", false) ? neighbours(ops, pairs, cos, sin) : halves(ops, pairs, cos, sin);
        Tensor whole = turned == width ? result : ops.concat(3, result, ops.slice(x, 3, Dim.of(turned), Dim.of(width - turned)));
        return given.rank() == 3 ? ops.mergeAxes(whole, 2) : ops.permute(whole, 0, 2, 1, 3);
    }

    /** [batch n 1 m]: each position's row of the table, or the table itself where no positions are given. */
    private static Tensor angles(Call call, int index) {
        Tensor table = call.in(index);
        return call.ops().unsqueeze(call.optional(3).map(positions -> call.ops().gather(table, positions)).orElse(table), 2);
    }

    private static Tensor halves(Ops ops, Tensor x, Tensor cos, Tensor sin) {
        Dim m = x.dim(3).over(Dim.of(2));
        Tensor a = ops.slice(x, 3, Dim.of(0), m);
        Tensor b = ops.slice(x, 3, m, m);
        return ops.concat(3, real(ops, a, b, cos, sin), imaginary(ops, a, b, cos, sin));
    }

    private static Tensor neighbours(Ops ops, Tensor x, Tensor cos, Tensor sin) {
        Tensor split = ops.splitAxis(x, 3, x.dim(3).over(Dim.of(2)), Dim.of(2));                 // [batch n head m 2]
        Tensor a = ops.squeeze(ops.slice(split, 4, Dim.of(0), Dim.ONE), 4);
        Tensor b = ops.squeeze(ops.slice(split, 4, Dim.ONE, Dim.ONE), 4);
        return ops.mergeAxes(ops.concat(4, ops.unsqueeze(real(ops, a, b, cos, sin), 4), ops.unsqueeze(imaginary(ops, a, b, cos, sin), 4)), 3);
    }

    private static Tensor real(Ops ops, Tensor a, Tensor b, Tensor cos, Tensor sin) {
        return ops.sub(ops.mul(a, cos), ops.mul(b, sin));
    }

    private static Tensor imaginary(Ops ops, Tensor a, Tensor b, Tensor cos, Tensor sin) {
        return ops.add(ops.mul(b, cos), ops.mul(a, sin));
    }
}
