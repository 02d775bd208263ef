package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/** Products of matrices. */
final class Products {

    private Products() {}

    static Map<String, Operator> table() {
        return Map.of(
                "MatMul", of(1, call -> product(call.ops(), call.in(0), call.in(1))),
                "Gemm", of(7, Products::gemm));
    }

    /** NumPy's product: a vector counts as a row on the left and as a column on the right, leading axes are broadcast. */
    private static Tensor product(Ops ops, Tensor a, Tensor b) {
        if (a.rank() == 1) {
            return without(ops, product(ops, ops.unsqueeze(a, 0), b), Math.max(0, b.rank() - 2));
        }
        if (b.rank() == 1) {
            return without(ops, product(ops, a, ops.unsqueeze(b, 1)), a.rank() - 1);
        }
        if (b.rank() == 2) {
            return ops.matMul(a, b);
        }
        Shape leading = ShapeRules.broadcast(new PrimitiveOp.MatMul(false, false), a.shape().slice(0, a.rank() - 2), b.shape().slice(0, b.rank() - 2));
        return ops.matMul(stretched(ops, a, leading), stretched(ops, b, leading));
    }

    /** Without the axis that stood for a vector's missing one. */
    private static Tensor without(Ops ops, Tensor x, int axis) {
        return Shapes.reshape(ops, x, x.shape().without(axis));
    }

    private static Tensor stretched(Ops ops, Tensor x, Shape leading) {
        return ops.expand(x, leading.concat(x.shape().slice(x.rank() - 2, x.rank())));
    }

    /** alpha·AB + beta·C. Where nothing is scaled or transposed and C is a vector for every row, this is a linear layer. */
    private static Tensor gemm(Call call) {
        Ops ops = call.ops();
        double alpha = call.real("alpha", 1);
        double beta = call.real("beta", 1);
        Tensor a = call.flag("transA", false) ? ops.permute(call.in(0), 1, 0) : call.in(0);
        Tensor b = call.flag("transB", false) ? ops.permute(call.in(1), 1, 0) : call.in(1);
        Optional<Tensor> c = call.optional(2);
        boolean isRow = c.isPresent() && c.get().shape().elements() == b.dim(1).size() && c.get().dim(-1).equals(b.dim(1));
        if (alpha == 1 && beta == 1 && (isRow || c.isEmpty())) {
            return ops.linear(a, b, c.map(bias -> Shapes.reshape(ops, bias, Shape.of(b.dim(1)))).orElse(null));
        }
        Tensor product = scaled(ops, ops.matMul(a, b), alpha);
        return c.map(addend -> ops.add(product, scaled(ops, addend, beta))).orElse(product);
    }

    private static Tensor scaled(Ops ops, Tensor x, double factor) {
        return factor == 1 ? x : ops.scale(x, factor);
    }
}
