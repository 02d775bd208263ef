package io.fluxo.conformance;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;

/** Inputs at which a careless formula overflows or loses all its digits. */
final class ExtremeCases {

    private static final double INF = Double.POSITIVE_INFINITY;

    private ExtremeCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        softmax(cases);
        norms(cases);
        return cases;
    }

    private static void softmax(List<Case> cases) {
        HostArray huge = Reference.map(Samples.uniform("x", -1, 1, 3, 13), x -> Math.signum(x) * 1e4 + x);
        HostArray equal = Reference.generate(new int[] {2, 7}, i -> i[0] == 0 ? 1e4 : -1e4);
        HostArray holes = Reference.generate(new int[] {3, 67}, i -> i[0] == 1 || i[1] % 5 == i[0] ? -INF : Math.sin(i[1]));
        HostArray late = Reference.generate(new int[] {2, 67}, i -> i[1] == 66 - i[0] ? 3 : -INF);
        for (HostArray x : List.of(huge, equal)) {
            int width = x.shape().size(-1);
            cases.add(FusedCases.softmax(width, x).withoutGradient().called("±1e4"));
            cases.add(FusedCases.logSoftmax(width, x).withoutGradient().called("±1e4"));
            cases.add(FusedCases.crossEntropy(width, x, Samples.integers("targets", width, x.shape().size(0))).withoutGradient().called("±1e4"));
        }
        HostArray unlikely = HostArray.of(Shape.of(3, 3), 0.0, -200.0, 50.0, 1e4, -1e4, 0.0, -1e4, 1e4, 0.0);
        cases.add(FusedCases.crossEntropy(3, unlikely, HostArray.of(Shape.of(3), 1, 1, 0)).withoutGradient().called("targets of probability 0"));
        cases.add(FusedCases.softmax(67, holes).called("−∞ among numbers, and alone"));
        cases.add(FusedCases.softmax(67, late).called("one number among −∞"));
        cases.add(FusedCases.softmax(3, HostArray.of(Shape.of(2, 3), -INF, 0.0, 1.0, -INF, -INF, -INF)).called("a row of −∞"));
        cases.add(FusedCases.logSoftmax(3, HostArray.of(Shape.of(1, 3), -INF, 0.0, 1.0)).withoutGradient().called("one −∞"));
    }

    private static void norms(List<Case> cases) {
        for (int width : new int[] {13, 64, 207, 1031}) {
            // the mean itself is only good to ε·1e4, so that much of a unit is lost, and no more
            HostArray shifted = Samples.around("x", 1e4, 1, 3, width);
            cases.add(FusedCases.layerNorm(1e-5, width, shifted).within(new Tolerance.Sum(2, width, 1e4)).withoutGradient().called("mean 1e4"));
            HostArray small = Samples.around("x", 0, 1e-4, 3, width);
            cases.add(FusedCases.layerNorm(1e-12, width, small).withoutGradient().called("deviation 1e-4"));
            cases.add(FusedCases.rmsNorm(1e-12, width, small).withoutGradient().called("deviation 1e-4"));
            HostArray large = Samples.around("x", 0, 1e10, 3, width);
            cases.add(FusedCases.layerNorm(1e-5, width, large).withoutGradient().called("deviation 1e10"));
            cases.add(FusedCases.rmsNorm(1e-5, width, large).withoutGradient().called("deviation 1e10"));
        }
        for (double constant : new double[] {0, 1, -3.5, 1024}) {
            HostArray flat = Reference.generate(new int[] {2, 64}, _ -> constant);
            cases.add(FusedCases.layerNorm(1e-5, 64, flat).withoutGradient().called("constant " + constant));
            cases.add(FusedCases.rmsNorm(1e-5, 64, flat).withoutGradient().called("constant " + constant));
        }
    }
}
