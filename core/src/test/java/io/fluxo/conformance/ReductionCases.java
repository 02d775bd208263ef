package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Sums, maxima and their indices over every choice of axes, on ragged sizes. */
final class ReductionCases {

    private static final int[][] SIZES = {{1}, {2}, {7}, {13}, {207}, {1000}, {3, 7}, {64, 3}, {1, 207}, {207, 2}, {2, 3, 13}, {3, 1, 5, 2}};

    private ReductionCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int[] sizes : SIZES) {
            for (int chosen = 0; chosen < 1 << sizes.length; chosen++) {
                int[] axes = axes(chosen, sizes.length);
                for (boolean keep : new boolean[] {false, true}) {
                    reductions(cases, sizes, axes, keep);
                }
            }
            for (int axis = 0; axis < sizes.length; axis++) {
                int along = axis;
                cases.add(Case.of(new ArgMax(axis), in -> Reference.argMax(in[0], along), EXACT, Samples.normal("x", sizes)));
                cases.add(Case.of(new ArgMax(axis - sizes.length), in -> Reference.argMax(in[0], along), EXACT, Samples.integers("ties", 3, sizes)));
            }
        }
        cases.add(Case.of(new Sum(List.of(-1), true), in -> Reference.fold(in[0], 0, Double::sum, true, 1), Tolerance.sum(13),
                Samples.normal("x", 3, 13)));
        return cases;
    }

    private static void reductions(List<Case> cases, int[] sizes, int[] axes, boolean keep) {
        List<Integer> list = Arrays.stream(axes).boxed().toList();
        int terms = Arrays.stream(axes).map(axis -> sizes[axis]).reduce(1, (a, b) -> a * b);
        HostArray counts = Samples.integers("i", 100, sizes);
        cases.add(Case.smooth(new Sum(list, keep), in -> Reference.fold(in[0], 0, Double::sum, keep, axes), Tolerance.sum(terms),
                Samples.normal("x", sizes)));
        cases.add(Case.smooth(new Max(list, keep), in -> Reference.fold(in[0], Double.NEGATIVE_INFINITY, Math::max, keep, axes), EXACT,
                Samples.distinct("x", sizes)));
        cases.add(Case.of(new Sum(list, keep), in -> Reference.fold(in[0], 0, Double::sum, keep, axes).cast(DType.I32), EXACT, counts));
        cases.add(Case.of(new Max(list, keep), in -> Reference.fold(in[0], -1, Math::max, keep, axes).cast(DType.I64), EXACT, counts.cast(DType.I64)));
    }

    private static int[] axes(int chosen, int rank) {
        return IntStream.range(0, rank).filter(axis -> (chosen >> axis & 1) == 1).toArray();
    }
}
