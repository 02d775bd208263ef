package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;
import static io.fluxo.conformance.Tolerance.FUNCTION;
import static io.fluxo.conformance.Tolerance.ROUNDED;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Zeros of both signs, infinities, NaN, subnormals, and arguments near overflow and underflow. */
final class SpecialValueCases {

    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final double[] ODD = {0.0, -0.0, 1, -1, INF, -INF, NAN, 1e-40, -1e-40, 1e30, -1e30};

    private SpecialValueCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        functions(cases);
        HostArray left = Samples.vector(Arrays.stream(ODD).flatMap(x -> Arrays.stream(ODD).map(_ -> x)).toArray());
        HostArray right = Samples.vector(Arrays.stream(ODD).flatMap(_ -> Arrays.stream(ODD)).toArray());
        binary(cases, left, right);
        cases.add(Case.of(new Slice(0, Dim.of(1), Dim.of(ODD.length - 1)), in -> Reference.slice(in[0], 0, 1, ODD.length - 1), EXACT,
                Samples.vector(ODD)));
        folds(cases);
        cases.add(longMax());
        cases.add(Case.of(new Pad(0, Dim.of(1), Dim.of(2), Scalar.NEGATIVE_INFINITY), _ -> Samples.vector(-INF, 5, -INF, -INF), EXACT,
                Samples.vector(5)));
        return cases;
    }

    /** A NaN in any place of a long row. */
    private static Case longMax() {
        HostArray rows = Reference.generate(new int[] {67, 67}, i -> i[0] == i[1] ? NAN : i[1]);
        return Case.of(new Max(List.of(1), false), _ -> Reference.generate(new int[] {67}, _ -> NAN), EXACT, rows).called("max with NaN anywhere");
    }

    private static void functions(List<Case> cases) {
        HostArray odd = Samples.vector(ODD);
        HostArray numbers = Samples.vector(Arrays.stream(ODD).filter(x -> !Double.isNaN(x)).toArray());
        unary(cases, new Neg(), x -> -x, EXACT, odd);
        unary(cases, new Exp(), Math::exp, FUNCTION, odd);
        unary(cases, new Exp(), Math::exp, FUNCTION, Samples.vector(88, 88.5, 88.7, 89, 95, 104, 700, 709, 710, 1000, 1e30));
        unary(cases, new Exp(), Math::exp, FUNCTION, Samples.vector(-80, -86, -87.3, -88, -95, -103, -104, -110, -700, -708, -710, -745, -750, -1e30));
        unary(cases, new Exp(), Math::exp, FUNCTION, Samples.uniform("x", -87, 88, 1000));
        unary(cases, new Exp(), Math::exp, FUNCTION, Samples.uniform("x", -1e-3, 1e-3, 100));
        unary(cases, new Log(), Math::log, FUNCTION, Samples.vector(0, -0.0, INF, NAN, 1, 1e-37, 1e37, 0.99999, 1.00001));
        unary(cases, new Log(), Math::log, FUNCTION, Samples.vector(-1));
        unary(cases, new Log(), Math::log, FUNCTION, Samples.uniform("x", 0.9, 1.1, 500));
        unary(cases, new Sqrt(), Math::sqrt, ROUNDED, Samples.vector(0, -0.0, INF, NAN, 1, 1e-37, 1e37, 4));
        unary(cases, new Sqrt(), Math::sqrt, ROUNDED, Samples.vector(-1));
        unary(cases, new Sin(), Math::sin, new Tolerance.Absolute(6), Samples.uniform("x", -1000, 1000, 500));
        unary(cases, new Cos(), Math::cos, new Tolerance.Absolute(6), Samples.uniform("x", -1000, 1000, 500));
        unary(cases, new Sin(), Math::sin, new Tolerance.Absolute(6), Samples.vector(0, -0.0, NAN, 1e-30));
        unary(cases, new Tanh(), Math::tanh, FUNCTION, odd);
        unary(cases, new Tanh(), Math::tanh, FUNCTION, Samples.vector(5, 8, 9, 10, 20, 88, 710, -5, -9, -10, -20, -88, -710, 1e-3, 1e-6));
        unary(cases, new Tanh(), Math::tanh, FUNCTION, Samples.uniform("x", -4, 4, 500));
        unary(cases, new Erf(), Reference::erf, FUNCTION, numbers);
        unary(cases, new Erf(), Reference::erf, FUNCTION, Samples.vector(2, 3, 4, 5, 6, 10, 100, -2, -3, -4, -6, -100, 1e-3, 1e-6, NAN));
        unary(cases, new Erf(), Reference::erf, FUNCTION, Samples.uniform("x", -4, 4, 500));
    }

    private static void binary(List<Case> cases, HostArray a, HostArray b) {
        // one pair at a time for what makes NaN, so that a checked backend can refuse it; NaN of opposite infinities and of 0/0 comes in each
        cases.add(Case.of(new Add(), in -> Reference.broadcast(in[0], in[1], Double::sum), ROUNDED, a, b));
        cases.add(Case.of(new Sub(), in -> Reference.broadcast(in[0], in[1], (x, y) -> x - y), ROUNDED, a, b));
        cases.add(Case.of(new Mul(), in -> Reference.broadcast(in[0], in[1], (x, y) -> x * y), ROUNDED, a, b));
        HostArray normal = Samples.vector(Arrays.stream(b.toDoubles()).map(x -> Math.abs(x) == 1e-40 ? 2 : x).toArray());
        cases.add(Case.of(new Div(), in -> Reference.broadcast(in[0], in[1], (x, y) -> x / y), ROUNDED, a, normal));
        cases.add(Case.of(new Maximum(), in -> Reference.broadcast(in[0], in[1], Math::max), EXACT, a, b));
        cases.add(Case.of(new Less(), in -> Reference.broadcast(in[0], in[1], (x, y) -> x < y ? 1 : 0).cast(DType.BOOL), EXACT, a, normal));
        cases.add(Case.of(new Equal(), in -> Reference.broadcast(in[0], in[1], (x, y) -> x == y ? 1 : 0).cast(DType.BOOL), EXACT, a, b));
        boolean[] truths = new boolean[a.elements()];
        for (int i = 0; i < truths.length; i++) {
            truths[i] = i % 3 == 0;
        }
        cases.add(Case.of(new Where(), in -> Reference.where(in[0], in[1], in[2]), EXACT, HostArray.of(a.shape(), truths), a, b)
                .called("the branch not taken does not matter"));
    }

    private static void unary(List<Case> cases, PrimitiveOp op, DoubleUnaryOperator f, Tolerance tolerance, HostArray x) {
        cases.add(Case.of(op, in -> Reference.map(in[0], f), tolerance, x).called("special %.3g …".formatted(x.toDoubles()[0])));
    }

    private static void folds(List<Case> cases) {
        Max max = new Max(List.of(0), false);
        Sum sum = new Sum(List.of(0), false);
        cases.add(fold(max, 3, -INF, 3, -INF));
        cases.add(fold(max, -INF, -INF, -INF));
        cases.add(fold(max, NAN, 1, INF, NAN));
        cases.add(fold(max, NAN, NAN, 1, INF));
        cases.add(fold(sum, INF, 1, INF, 1e30));
        cases.add(fold(sum, NAN, INF, 1, -INF));
        cases.add(fold(new ArgMax(0), 1, -INF, 4, 4, 3, 4));
        cases.add(fold(new ArgMax(0), 0, -INF, -INF));
        cases.add(fold(new ArgMax(0), 1, 4, NAN, INF, NAN));
    }

    private static Case fold(PrimitiveOp op, double expected, double... x) {
        HostArray value = HostArray.of(Shape.SCALAR, op instanceof ArgMax ? DType.I32 : DType.F64, new double[] {expected});
        return Case.of(op, _ -> value, EXACT, Samples.vector(x)).called("special " + Arrays.toString(x));
    }
}
