package io.fluxo.conformance;

import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Products of ragged sizes, either side transposed, batched, with a shared right side; some larger than a block of any blocking. */
final class MatMulCases {

    /** m, k, n. */
    private static final int[][] SIZES = {{1, 1, 1}, {1, 7, 1}, {2, 3, 2}, {3, 1, 7}, {7, 13, 3}, {13, 7, 64}, {1, 64, 13}, {64, 13, 1},
        {12, 2, 32}, {13, 5, 33}, {207, 2, 1}, {2, 207, 3}};

    private static final int[][] LARGE = {{130, 400, 390}, {513, 17, 33}, {3, 1000, 5}, {33, 385, 47}, {13, 3, 5101}, {776, 770, 135}};

    private static final boolean[] BOTH = {false, true};

    private MatMulCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int[] s : SIZES) {
            transposed(cases, s, new int[0], new int[0]);
        }
        for (int[] s : LARGE) {
            transposed(cases, s, new int[0], new int[0]);
        }
        for (int[] leading : new int[][] {{1}, {3}, {2, 3}, {2, 1, 2}}) {
            for (int[] s : new int[][] {{1, 1, 1}, {3, 7, 2}, {7, 2, 13}, {5, 13, 4}}) {
                transposed(cases, s, leading, leading);
                transposed(cases, s, leading, new int[0]);
            }
        }
        for (boolean transposeRight : BOTH) {
            for (int k : new int[] {1, 7, 64}) {
                HostArray right = transposeRight ? Samples.normal("right", 5, k) : Samples.normal("right", k, 5);
                cases.add(product(false, transposeRight, k, Samples.normal("row", k), right));
            }
        }
        return cases;
    }

    private static void transposed(List<Case> cases, int[] s, int[] leftLeading, int[] rightLeading) {
        for (boolean left : BOTH) {
            for (boolean right : BOTH) {
                cases.add(product(left, right, s[1],
                        Samples.normal("left", sizes(leftLeading, left ? s[1] : s[0], left ? s[0] : s[1])),
                        Samples.normal("right", sizes(rightLeading, right ? s[2] : s[1], right ? s[1] : s[2]))));
            }
        }
    }

    private static Case product(boolean transposeLeft, boolean transposeRight, int terms, HostArray left, HostArray right) {
        return Case.smooth(new MatMul(transposeLeft, transposeRight), in -> Reference.matMul(in[0], in[1], transposeLeft, transposeRight),
                Tolerance.sum(terms), left, right);
    }

    private static int[] sizes(int[] leading, int rows, int columns) {
        int[] sizes = Arrays.copyOf(leading, leading.length + 2);
        sizes[leading.length] = rows;
        sizes[leading.length + 1] = columns;
        return sizes;
    }
}
