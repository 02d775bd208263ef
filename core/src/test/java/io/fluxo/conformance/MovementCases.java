package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rearranging elements, of every type. */
final class MovementCases {

    private MovementCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        axes(cases);
        permutations(cases);
        expansions(cases);
        windows(cases);
        joins(cases);
        types(cases);
        return cases;
    }

    private static void axes(List<Case> cases) {
        cases.add(Case.smooth(new SplitAxis(0, Dim.of(1), Dim.of(7)), in -> Reference.reshape(in[0], 1, 7), EXACT, Samples.normal("x", 7)));
        cases.add(Case.smooth(new SplitAxis(-1, Dim.of(3), Dim.of(4)), in -> Reference.reshape(in[0], 2, 3, 4), EXACT, Samples.normal("x", 2, 12)));
        cases.add(Case.smooth(new SplitAxis(1, Dim.of(13), Dim.of(1)), in -> Reference.reshape(in[0], 2, 13, 1, 3), EXACT, Samples.normal("x", 2, 13, 3)));
        cases.add(Case.smooth(new MergeAxes(0), in -> Reference.reshape(in[0], 21), EXACT, Samples.normal("x", 3, 7)));
        cases.add(Case.smooth(new MergeAxes(1), in -> Reference.reshape(in[0], 2, 12, 5), EXACT, Samples.normal("x", 2, 3, 4, 5)));
        cases.add(Case.smooth(new MergeAxes(-2), in -> Reference.reshape(in[0], 2, 12), EXACT, Samples.normal("x", 2, 3, 4)));
    }

    private static void permutations(List<Case> cases) {
        int[][][] pairs = {{{7}, {0}}, {{3, 7}, {1, 0}}, {{64, 13}, {1, 0}}, {{2, 3, 7}, {2, 0, 1}}, {{2, 3, 7}, {1, 2, 0}}, {{2, 3, 7}, {0, 2, 1}},
            {{2, 3, 4, 5}, {0, 2, 1, 3}}, {{2, 3, 4, 5}, {3, 1, 0, 2}}, {{1, 5, 1, 2}, {2, 3, 0, 1}}};
        for (int[][] pair : pairs) {
            cases.add(Case.smooth(new Permute(Arrays.stream(pair[1]).boxed().toList()), in -> Reference.permute(in[0], pair[1]), EXACT,
                    Samples.normal("x", pair[0])));
        }
    }

    private static void expansions(List<Case> cases) {
        int[][][] pairs = {{{}, {3}}, {{}, {2, 3}}, {{1}, {7}}, {{7}, {3, 7}}, {{3, 1}, {3, 13}}, {{1, 5}, {2, 4, 5}}, {{2, 1, 3}, {2, 7, 3}},
            {{1, 3, 1}, {2, 3, 4}}, {{3, 7}, {3, 7}}};
        for (int[][] pair : pairs) {
            cases.add(Case.smooth(new Expand(Shape.of(pair[1])), in -> Reference.expand(in[0], pair[1]), EXACT, Samples.normal("x", pair[0])));
        }
    }

    private static void windows(List<Case> cases) {
        int[][] windows = {{0, 0, 1}, {0, 2, 3}, {1, 0, 7}, {1, 3, 2}, {2, 4, 1}, {-1, 1, 3}};
        for (int[] w : windows) {
            int axis = w[0] < 0 ? 2 : w[0];
            cases.add(Case.smooth(new Slice(w[0], Dim.of(w[1]), Dim.of(w[2])), in -> Reference.slice(in[0], axis, w[1], w[2]), EXACT,
                    Samples.normal("x", 5, 7, 5)));
            cases.add(Case.smooth(new Pad(w[0], Dim.of(w[1]), Dim.of(w[2]), Scalar.of(2.5)), in -> Reference.pad(in[0], axis, w[1], w[2], 2.5), EXACT,
                    Samples.normal("x", 2, 3, 4)));
        }
        cases.add(Case.smooth(new Pad(0, Dim.of(0), Dim.of(0), Scalar.ZERO), in -> in[0], EXACT, Samples.normal("x", 7)));
    }

    private static void joins(List<Case> cases) {
        HostArray a = Samples.normal("a", 2, 3, 5);
        cases.add(Case.smooth(new Concat(0), in -> in[0], EXACT, a));
        for (int axis = 0; axis < 3; axis++) {
            int along = axis;
            int[] sizes = {2, 3, 5};
            sizes[axis] = 1;
            HostArray b = Samples.normal("b", sizes);
            sizes[axis] = 13;
            HostArray c = Samples.normal("c", sizes);
            cases.add(Case.smooth(new Concat(axis), in -> Reference.concat(along, in), EXACT, a, b, c));
            cases.add(Case.smooth(new Concat(axis - 3), in -> Reference.concat(along, in), EXACT, c, a));
        }
    }

    private static void types(List<Case> cases) {
        HostArray x = Samples.integers("x", 2, 3, 4);
        for (DType dtype : new DType[] {DType.I32, DType.I64, DType.BOOL}) {
            HostArray typed = x.cast(dtype);
            cases.add(Case.of(new Permute(List.of(1, 0)), in -> Reference.permute(in[0], 1, 0).cast(dtype), EXACT, typed).called(dtype.label()));
            cases.add(Case.of(new Slice(1, Dim.of(1), Dim.of(2)), in -> Reference.slice(in[0], 1, 1, 2).cast(dtype), EXACT, typed).called(dtype.label()));
            cases.add(Case.of(new Expand(Shape.of(2, 3, 4)), in -> Reference.expand(in[0], 2, 3, 4).cast(dtype), EXACT, typed).called(dtype.label()));
            cases.add(Case.of(new Concat(0), in -> Reference.concat(0, in).cast(dtype), EXACT, typed, typed).called(dtype.label()));
            cases.add(Case.of(new Pad(1, Dim.of(1), Dim.of(1), Scalar.ONE), in -> Reference.pad(in[0], 1, 1, 1, 1).cast(dtype), EXACT, typed)
                    .called(dtype.label()));
            cases.add(Case.of(new MergeAxes(0), in -> Reference.reshape(in[0], 12).cast(dtype), EXACT, typed).called(dtype.label()));
        }
    }
}
