package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;
import static io.fluxo.conformance.Tolerance.FUNCTION;
import static io.fluxo.conformance.Tolerance.ROUNDED;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Unary, binary, comparing and logical primitives: ragged sizes, and all patterns of broadcasting. */
final class ElementwiseCases {

    private static final int[][] SIZES = {{}, {1}, {2}, {3}, {7}, {13}, {64}, {207}, {3, 7}, {2, 1, 13}};

    /** Pairs of shapes: equal, scalar, trailing vector, leading 1s, inner 1s, both stretching. */
    private static final int[][][] PAIRS = {
        {{}, {}}, {{7}, {7}}, {{207}, {207}}, {{3, 13}, {3, 13}}, {{3, 13}, {}}, {{}, {3, 13}}, {{3, 13}, {1}}, {{2, 3, 7}, {7}}, {{7}, {2, 3, 7}},
        {{2, 3, 7}, {1, 3, 7}}, {{2, 3, 7}, {3, 7}}, {{2, 3, 7}, {2, 1, 7}}, {{2, 3, 7}, {2, 3, 1}}, {{2, 1, 7}, {2, 3, 7}}, {{2, 3, 1}, {2, 3, 7}},
        {{3, 1}, {1, 13}}, {{2, 1, 3, 1}, {5, 1, 4}}, {{64, 1}, {64, 64}}, {{64}, {13, 64}}};

    private ElementwiseCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int[] sizes : SIZES) {
            cases.add(unary(new Neg(), x -> -x, EXACT, Samples.normal("x", sizes)));
            cases.add(unary(new Exp(), Math::exp, FUNCTION, Samples.around("x", 0, 3, sizes)));
            cases.add(unary(new Log(), Math::log, FUNCTION, Samples.uniform("x", 0.5, 9, sizes)));
            cases.add(unary(new Sqrt(), Math::sqrt, ROUNDED, Samples.uniform("x", 0.5, 9, sizes)));
            cases.add(unary(new Sin(), Math::sin, new Tolerance.Absolute(6), Samples.around("x", 0, 3, sizes)));
            cases.add(unary(new Cos(), Math::cos, new Tolerance.Absolute(6), Samples.around("x", 0, 3, sizes)));
            cases.add(unary(new Tanh(), Math::tanh, FUNCTION, Samples.normal("x", sizes)));
            cases.add(unary(new Erf(), Reference::erf, FUNCTION, Samples.normal("x", sizes)));
        }
        for (int[][] pair : PAIRS) {
            HostArray a = Samples.distinct("a", pair[0]);
            HostArray b = Samples.uniform("b", 0.5, 2, pair[1]);
            cases.add(binary(new Add(), Double::sum, a, b).asSmooth());
            cases.add(binary(new Sub(), (x, y) -> x - y, a, b).asSmooth());
            cases.add(binary(new Mul(), (x, y) -> x * y, a, b).asSmooth());
            cases.add(binary(new Div(), (x, y) -> x / y, a, b).asSmooth());
            HostArray apart = Reference.map(Samples.distinct("c", pair[1]), x -> x + 1 / 256.0);
            cases.add(binary(new Maximum(), Math::max, a, apart).asSmooth());
            comparisons(cases, Samples.integers("i", 3, pair[0]), Samples.integers("j", 3, pair[1]));
            comparisons(cases, Samples.integers("i", 3, pair[0]).cast(DType.F64), Samples.integers("j", 3, pair[1]).cast(DType.F64));
            logic(cases, Samples.truths("p", pair[0]), Samples.truths("q", pair[1]));
            where(cases, pair);
        }
        return cases;
    }

    private static void comparisons(List<Case> cases, HostArray a, HostArray b) {
        cases.add(Case.of(new Less(), in -> Reference.broadcast(in[0], in[1], (x, y) -> x < y ? 1 : 0).cast(DType.BOOL), EXACT, a, b));
        cases.add(Case.of(new Equal(), in -> Reference.broadcast(in[0], in[1], (x, y) -> x == y ? 1 : 0).cast(DType.BOOL), EXACT, a, b));
    }

    private static void logic(List<Case> cases, HostArray p, HostArray q) {
        cases.add(Case.of(new And(), in -> Reference.broadcast(in[0], in[1], (x, y) -> x * y).cast(DType.BOOL), EXACT, p, q));
        cases.add(Case.of(new Or(), in -> Reference.broadcast(in[0], in[1], Math::max).cast(DType.BOOL), EXACT, p, q));
        cases.add(Case.of(new Not(), in -> Reference.map(in[0], x -> 1 - x).cast(DType.BOOL), EXACT, p));
    }

    /** The pair's shapes in each of the three places, the condition stretching or not. */
    private static void where(List<Case> cases, int[][] pair) {
        HostArray condition = Samples.truths("condition", pair[0]);
        HostArray narrow = Samples.truths("condition", pair[1]);
        HostArray a = Samples.normal("a", pair[0]);
        HostArray b = Samples.normal("b", pair[1]);
        for (HostArray[] in : new HostArray[][] {{condition, a, b}, {condition, b, a}, {narrow, a, a}, {narrow, a, b}}) {
            cases.add(Case.smooth(new Where(), x -> Reference.where(x[0], x[1], x[2]), EXACT, in));
        }
        cases.add(Case.of(new Where(), x -> Reference.where(x[0], x[1], x[2]).cast(DType.I32), EXACT, condition,
                Samples.integers("i", 9, pair[1]), Samples.integers("j", 9, pair[0])));
    }

    private static Case unary(PrimitiveOp op, DoubleUnaryOperator f, Tolerance tolerance, HostArray x) {
        return Case.smooth(op, in -> Reference.map(in[0], f), tolerance, x);
    }

    private static Case binary(PrimitiveOp op, DoubleBinaryOperator f, HostArray a, HostArray b) {
        return Case.of(op, in -> Reference.broadcast(in[0], in[1], f), ROUNDED, a, b);
    }
}
