package io.fluxo.cuda.nd4j.inside;

import io.fluxo.op.PrimitiveOp.*;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.factory.Nd4j;

/** Element by element; nd4j broadcasts two inputs by itself. */
final class Nd4jElementwise {

    private Nd4jElementwise() {}

    static void unary(Unary op, INDArray x, INDArray y) {
        Op call = switch (op) {
            case Neg _ -> new org.nd4j.linalg.api.ops.impl.transforms.same.Negative(x, y);
            case Exp _ -> new org.nd4j.linalg.api.ops.impl.transforms.strict.Exp(x, y);
            case Log _ -> new org.nd4j.linalg.api.ops.impl.transforms.strict.Log(x, y);
            case Sqrt _ -> new org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt(x, y);
            case Sin _ -> new org.nd4j.linalg.api.ops.impl.transforms.strict.Sin(x, y);
            case Cos _ -> new org.nd4j.linalg.api.ops.impl.transforms.strict.Cos(x, y);
            case Tanh _ -> new org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh(x, y);
            case Erf _ -> new org.nd4j.linalg.api.ops.impl.transforms.strict.Erf(x, y);
        };
        Nd4j.getExecutioner().exec(call);
    }

    static String name(Binary op) {
        return switch (op) {
            case Add _ -> "add";
            case Sub _ -> "subtract";
            case Mul _ -> "multiply";
            case Div _ -> "divide";
            case Maximum _ -> "maximum";
        };
    }

    static String name(Comparison op) {
        return switch (op) {
            case Less _ -> "less";
            case Equal _ -> "equals";
        };
    }

    static String name(Logical op) {
        return switch (op) {
            case And _ -> "boolean_and";
            case Or _ -> "boolean_or";
            case Not _ -> "boolean_not";
        };
    }
}
