package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;

import io.fluxo.op.PrimitiveOp.Gather;
import io.fluxo.op.PrimitiveOp.ScatterAdd;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;

/** Rows by index and back, with rows named more than once and rows never named. */
final class IndexingCases {

    private IndexingCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        int[][] tables = {{1, 1}, {5, 3}, {13, 64}, {7}, {3, 2, 5}, {64, 2}};
        int[][] shapes = {{}, {1}, {7}, {2, 3}, {3, 1, 2}};
        for (int[] table : tables) {
            for (int[] shape : shapes) {
                HostArray rows = Samples.normal("table", table);
                HostArray indices = Samples.integers("indices", table[0], shape);
                HostArray values = Reference.gather(Samples.normal("values", table), indices);
                cases.add(Case.smooth(new Gather(), in -> Reference.gather(in[0], in[1]), EXACT, rows, indices));
                cases.add(Case.smooth(new Gather(), in -> Reference.gather(in[0], in[1]), EXACT, rows, indices.cast(DType.I64)).called("i64"));
                int terms = Math.max(1, indices.elements());
                cases.add(Case.smooth(new ScatterAdd(Dim.of(table[0])), in -> Reference.scatterAdd(in[0], in[1], table[0]), Tolerance.sum(terms),
                        indices, values));
            }
        }
        HostArray same = HostArray.of(Shape.of(207), new int[207]);
        cases.add(Case.smooth(new ScatterAdd(Dim.of(2)), in -> Reference.scatterAdd(in[0], in[1], 2), Tolerance.sum(207), same.cast(DType.I64),
                Samples.normal("values", 207, 2)).called("all to one row"));
        cases.add(Case.smooth(new ScatterAdd(Dim.of(37)), in -> Reference.scatterAdd(in[0], in[1], 37), Tolerance.sum(100), Samples.integers("indices", 37, 1300),
                Samples.normal("values", 1300, 3)).called("more than a tile of indices"));
        cases.add(Case.of(new Gather(), in -> Reference.gather(in[0], in[1]).cast(DType.I32), EXACT, Samples.integers("table", 9, 4, 2),
                Samples.integers("indices", 4, 3)).called("integers"));
        return cases;
    }
}
