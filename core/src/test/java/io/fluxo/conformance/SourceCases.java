package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;
import static io.fluxo.conformance.Tolerance.ROUNDED;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Constants, counts, draws and casts. */
final class SourceCases {

    private SourceCases() {}

    static List<Case> all(DType dtype) {
        List<Case> cases = new ArrayList<>();
        for (int[] sizes : new int[][] {{}, {1}, {7}, {3, 13}, {2, 3, 5}}) {
            Shape shape = Shape.of(sizes);
            constants(cases, shape, dtype);
            for (int axis = 0; axis < sizes.length; axis++) {
                int along = axis;
                cases.add(Case.of(new Iota(axis, shape, dtype), _ -> Reference.generate(sizes, i -> i[along]), EXACT));
                cases.add(Case.of(new Iota(axis, shape, DType.I32), _ -> Reference.generate(sizes, i -> i[along]).cast(DType.I32), EXACT));
                cases.add(Case.of(new Iota(axis - sizes.length, shape, DType.I64), _ -> Reference.generate(sizes, i -> i[along]).cast(DType.I64), EXACT));
            }
            for (long counter : new long[] {0, 1, 1_000_000_007L, (1L << 40) + 3}) {
                RandomKey key = RandomKey.of(counter + 5).split("draws");
                cases.add(Case.of(new RandomUniform(shape, dtype), _ -> ReferenceLayers.draws(shape, key, counter, dtype), EXACT,
                        HostArray.of(Shape.of(2), key.state(), counter)).called("from " + counter));
            }
        }
        RandomKey key = RandomKey.of(3);
        cases.add(Case.of(new RandomUniform(Shape.of(1003), dtype), _ -> ReferenceLayers.draws(Shape.of(1003), key, 0, dtype), EXACT,
                HostArray.of(Shape.of(2), key.state(), 0L)));
        casts(cases, dtype);
        return cases;
    }

    private static void constants(List<Case> cases, Shape shape, DType dtype) {
        for (double value : new double[] {0, 1, -2.5, 1.0 / 3, Double.NEGATIVE_INFINITY, 1e-3}) {
            cases.add(Case.of(new Constant(Scalar.of(value), shape, dtype), _ -> Reference.generate(shape.sizes(), _ -> value), EXACT));
        }
        cases.add(Case.of(new Constant(Scalar.of(7), shape, DType.I32), _ -> Reference.generate(shape.sizes(), _ -> 7).cast(DType.I32), EXACT));
        cases.add(Case.of(new Constant(Scalar.of(-3), shape, DType.I64), _ -> Reference.generate(shape.sizes(), _ -> -3).cast(DType.I64), EXACT));
        cases.add(Case.of(new Constant(Scalar.ONE, shape, DType.BOOL), _ -> Reference.generate(shape.sizes(), _ -> 1).cast(DType.BOOL), EXACT));
    }

    private static void casts(List<Case> cases, DType dtype) {
        HostArray reals = Samples.vector(0, -0.0, 0.9, -0.9, 1, -1, 1.5, -1.5, 2.5, 100.99, -100.99, 16777216);
        HostArray integers = Samples.vector(0, 1, -1, 2, 100, -100, 16777216, 2147483647, -2147483648);
        for (DType to : new DType[] {DType.I32, DType.I64, DType.BOOL}) {
            cases.add(cast(to, reals));
            cases.add(cast(to, integers.cast(DType.I64)));
            cases.add(cast(to, Samples.vector(1e30, -1e30, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)));
            cases.add(cast(to, integers.cast(DType.I32)));
            cases.add(cast(to, Samples.truths("x", 7)));
        }
        for (DType from : new DType[] {DType.I32, DType.I64, DType.BOOL}) {
            cases.add(Case.of(new Cast(dtype), in -> in[0], ROUNDED, integers.cast(from)).called(from.label()));
        }
        cases.add(Case.smooth(new StopGradient(), in -> in[0], EXACT, Samples.normal("x", 3, 7)).withoutGradient());
    }

    private static Case cast(DType to, HostArray x) {
        PrimitiveOp op = new Cast(to);
        return Case.of(op, in -> HostArray.of(in[0].shape(), to, Arrays.stream(in[0].toDoubles()).map(value -> to == DType.BOOL ? value : truncated(to, value))
                .toArray()), EXACT, x).called(x.dtype() == DType.F64 ? "real" : x.dtype().label());
    }

    private static double truncated(DType to, double value) {
        double last = to == DType.I32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
        return Math.clamp(value < 0 ? Math.ceil(value) : Math.floor(value), -last - 1, last);
    }
}
