package io.fluxo.cpu.ejml;

import io.fluxo.cpu.ejml.EjmlValues.Integers;
import io.fluxo.cpu.ejml.EjmlValues.Reals;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import org.apache.commons.numbers.gamma.Erf;

/** One element at a time, through StrictMath: the same bits on every machine. */
final class EjmlElementwise {

    private EjmlElementwise() {}

    static EjmlValues unary(Unary op, EjmlTensor x) {
        DoubleUnaryOperator f = switch (op) {
            case Neg _ -> a -> -a;
            case Exp _ -> StrictMath::exp;
            case Log _ -> StrictMath::log;
            case Sqrt _ -> StrictMath::sqrt;
            case Sin _ -> StrictMath::sin;
            case Cos _ -> StrictMath::cos;
            case Tanh _ -> StrictMath::tanh;
            case io.fluxo.op.PrimitiveOp.Erf _ -> Erf::value;
        };
        double[] in = x.values().reals();
        double[] out = new double[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = f.applyAsDouble(in[i]);
        }
        return new Reals(out);
    }

    static EjmlValues binary(Binary op, EjmlTensor left, EjmlTensor right, Shape shape) {
        return left.dtype().isFloating() ? new Reals(applyReals(reals(op), left, right, shape)) : new Integers(applyIntegers(integers(op), left, right, shape));
    }

    private static DoubleBinaryOperator reals(Binary op) {
        return switch (op) {
            case Add _ -> (a, b) -> a + b;
            case Sub _ -> (a, b) -> a - b;
            case Mul _ -> (a, b) -> a * b;
            case Div _ -> (a, b) -> a / b;
            case Maximum _ -> Math::max;
        };
    }

    private static LongBinaryOperator integers(Binary op) {
        return switch (op) {
            case Add _ -> (a, b) -> a + b;
            case Sub _ -> (a, b) -> a - b;
            case Mul _ -> (a, b) -> a * b;
            case Div _ -> (a, b) -> a / b;
            case Maximum _ -> Math::max;
        };
    }

    static EjmlValues comparison(Comparison op, EjmlTensor left, EjmlTensor right, Shape shape) {
        boolean floating = left.dtype().isFloating();
        int[] l = Walk.broadcast(left.shape(), shape);
        int[] r = Walk.broadcast(right.shape(), shape);
        long[] out = new long[shape.elements()];
        for (int i = 0; i < out.length; i++) {
            boolean holds = floating
                    ? compare(op, left.values().reals()[l[i]], right.values().reals()[r[i]])
                    : compare(op, left.values().integers()[l[i]], right.values().integers()[r[i]]);
            out[i] = holds ? 1 : 0;
        }
        return new Integers(out);
    }

    private static boolean compare(Comparison op, double a, double b) {
        return switch (op) {
            case Less _ -> a < b;
            case Equal _ -> a == b;
        };
    }

    private static boolean compare(Comparison op, long a, long b) {
        return switch (op) {
            case Less _ -> a < b;
            case Equal _ -> a == b;
        };
    }

    static EjmlValues logical(Logical op, EjmlTensor[] in, Shape shape) {
        return new Integers(switch (op) {
            case And _ -> applyIntegers((a, b) -> a & b, in[0], in[1], shape);
            case Or _ -> applyIntegers((a, b) -> a | b, in[0], in[1], shape);
            case Not _ -> applyIntegers((a, _) -> 1 - a, in[0], in[0], shape);
        });
    }

    static EjmlValues where(EjmlTensor condition, EjmlTensor then, EjmlTensor otherwise, Shape shape) {
        EjmlValues yes = then.values().pick(Walk.broadcast(then.shape(), shape));
        EjmlValues no = otherwise.values().pick(Walk.broadcast(otherwise.shape(), shape));
        int[] c = Walk.broadcast(condition.shape(), shape);
        long[] holds = condition.values().integers();
        return switch (yes) {
            case Reals(double[] chosen) -> {
                for (int i = 0; i < chosen.length; i++) {
                    chosen[i] = holds[c[i]] != 0 ? chosen[i] : no.reals()[i];
                }
                yield yes;
            }
            case Integers(long[] chosen) -> {
                for (int i = 0; i < chosen.length; i++) {
                    chosen[i] = holds[c[i]] != 0 ? chosen[i] : no.integers()[i];
                }
                yield yes;
            }
        };
    }

    private static double[] applyReals(DoubleBinaryOperator f, EjmlTensor left, EjmlTensor right, Shape shape) {
        double[] a = left.values().reals();
        double[] b = right.values().reals();
        double[] out = new double[shape.elements()];
        if (left.shape().equals(right.shape())) {
            for (int i = 0; i < out.length; i++) {
                out[i] = f.applyAsDouble(a[i], b[i]);
            }
            return out;
        }
        int[] l = Walk.broadcast(left.shape(), shape);
        int[] r = Walk.broadcast(right.shape(), shape);
        for (int i = 0; i < out.length; i++) {
            out[i] = f.applyAsDouble(a[l[i]], b[r[i]]);
        }
        return out;
    }

    private static long[] applyIntegers(LongBinaryOperator f, EjmlTensor left, EjmlTensor right, Shape shape) {
        long[] a = left.values().integers();
        long[] b = right.values().integers();
        int[] l = Walk.broadcast(left.shape(), shape);
        int[] r = Walk.broadcast(right.shape(), shape);
        long[] out = new long[shape.elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = f.applyAsLong(a[l[i]], b[r[i]]);
        }
        return out;
    }
}
