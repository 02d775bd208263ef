package example.arrays;

import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;

/** Every operation of the language. The switch does not compile while one is missing. */
final class Primitives {

    private Primitives() {}

    /** @param shape of the result */
    static HostArray compute(PrimitiveOp op, HostArray[] in, Shape shape) {
        return switch (op) {
            case Unary unary -> Elementwise.unary(unary, in[0]);
            case Binary binary -> Elementwise.binary(binary, in[0], in[1], shape);
            case Comparison comparison -> Elementwise.comparison(comparison, in[0], in[1], shape);
            case Cast(DType to) -> Elementwise.cast(in[0], to);
            case Logical logical -> Choices.logical(logical, in, shape);
            case Where _ -> Choices.where(in[0], in[1], in[2], shape);
            case Reduction reduction -> Sums.reduce(reduction, in[0], shape);
            case ArgMax argMax -> Sums.argMax(argMax, in[0], shape);
            case MatMul product -> Sums.product(product, in[0], in[1], shape);
            case Movement movement -> Movements.move(movement, in, shape);
            case Gather _ -> Rows.gather(in[0], in[1], shape);
            case ScatterAdd _ -> Rows.scatterAdd(in[0], in[1], shape);
            case Source source -> Sources.make(source, in);
            case StopGradient _ -> in[0];
        };
    }
}
