package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;

import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;

/** Axes of length 0, wherever they make sense: an empty batch is a batch. */
final class EmptyCases {

    private EmptyCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        HostArray none = Samples.normal("x", 0, 3);
        HostArray vector = Samples.normal("v", 3);
        cases.add(Case.smooth(new Exp(), in -> in[0], EXACT, none));
        cases.add(Case.smooth(new Add(), in -> Reference.broadcast(in[0], in[1], Double::sum), EXACT, none, vector));
        cases.add(Case.smooth(new Mul(), in -> Reference.broadcast(in[0], in[1], Double::sum), EXACT, Samples.normal("w", 1, 3), none));
        cases.add(Case.smooth(new Sum(List.of(0), false), in -> Reference.fold(in[0], 0, Double::sum, false, 0), EXACT, none));
        cases.add(Case.smooth(new Sum(List.of(1), true), in -> Reference.fold(in[0], 0, Double::sum, true, 1), EXACT, none));
        cases.add(Case.smooth(new Max(List.of(0), true), in -> Reference.fold(in[0], Double.NEGATIVE_INFINITY, Math::max, true, 0), EXACT, none));
        cases.add(Case.of(new ArgMax(1), in -> Reference.argMax(in[0], 1), EXACT, none));
        products(cases, none);
        movement(cases, none);
        cases.add(Case.smooth(new Gather(), in -> Reference.gather(in[0], in[1]), EXACT, Samples.normal("t", 4, 3), Samples.integers("i", 4, 0)));
        cases.add(Case.smooth(new ScatterAdd(Dim.of(4)), in -> Reference.scatterAdd(in[0], in[1], 4), EXACT, Samples.integers("i", 4, 0), none));
        cases.add(Case.of(new Constant(Scalar.ONE, Shape.of(2, 0), DType.I32), _ -> Samples.integers("x", 1, 2, 0), EXACT));
        cases.add(Case.of(new Iota(0, Shape.of(0), DType.I32), _ -> Samples.integers("x", 1, 0), EXACT));
        fused(cases, none);
        return cases;
    }

    private static void products(List<Case> cases, HostArray none) {
        cases.add(Case.smooth(new MatMul(false, false), in -> Reference.matMul(in[0], in[1], false, false), EXACT, none, Samples.normal("w", 3, 2)));
        cases.add(Case.smooth(new MatMul(true, false), in -> Reference.matMul(in[0], in[1], true, false), EXACT, none, Samples.normal("w", 0, 2)));
        cases.add(Case.smooth(new MatMul(false, true), in -> Reference.matMul(in[0], in[1], false, true), EXACT, Samples.normal("w", 2, 3), none));
        cases.add(Case.smooth(new MatMul(false, false), in -> Reference.matMul(in[0], in[1], false, false), EXACT, Samples.normal("a", 0, 2, 3),
                Samples.normal("b", 0, 3, 2)));
        cases.add(Case.smooth(new MatMul(false, false), in -> Reference.matMul(in[0], in[1], false, false), EXACT, Samples.normal("a", 2, 2, 0),
                Samples.normal("b", 2, 0, 2)).called("k = 0 gives zeros"));
    }

    private static void movement(List<Case> cases, HostArray none) {
        cases.add(Case.smooth(new Permute(List.of(1, 0)), in -> Reference.permute(in[0], 1, 0), EXACT, none));
        cases.add(Case.smooth(new MergeAxes(0), in -> Reference.reshape(in[0], 0), EXACT, none));
        cases.add(Case.smooth(new SplitAxis(0, Dim.of(0), Dim.of(2)), in -> Reference.reshape(in[0], 0, 2, 3), EXACT, none));
        cases.add(Case.smooth(new Expand(Shape.of(0, 3)), in -> Reference.expand(in[0], 0, 3), EXACT, Samples.normal("v", 1, 3)));
        cases.add(Case.smooth(new Slice(0, Dim.of(3), Dim.of(0)), in -> Reference.slice(in[0], 0, 3, 0), EXACT, Samples.normal("v", 3)));
        cases.add(Case.smooth(new Pad(0, Dim.of(1), Dim.of(1), Scalar.ONE), in -> Reference.pad(in[0], 0, 1, 1, 1), EXACT, none));
        cases.add(Case.smooth(new Concat(0), in -> Reference.concat(0, in), EXACT, none, Samples.normal("v", 2, 3), none));
    }

    private static void fused(List<Case> cases, HostArray none) {
        cases.add(FusedCases.softmax(3, none));
        cases.add(FusedCases.logSoftmax(3, none));
        cases.add(FusedCases.layerNorm(1e-5, 3, none, Samples.normal("gain", 3), Samples.normal("bias", 3)));
        cases.add(FusedCases.rmsNorm(1e-5, 3, none, Samples.normal("gain", 3)));
        for (Pairs pairs : Pairs.values()) {
            cases.add(FusedCases.rotate(pairs, 0, 2, 3, 4));
            cases.add(FusedCases.rotate(pairs, 2, 0, 3, 4));
            cases.add(FusedCases.rotate(pairs, 2, 3, 2, 0));
        }
        cases.add(FusedCases.crossEntropy(3, none, Samples.integers("targets", 3, 0)));
        cases.add(Case.fused(new FusedOp.Linear(true), in -> ReferenceLayers.linear(in[0], in[1], in[2]), EXACT, none, Samples.normal("w", 3, 2),
                Samples.normal("b", 2)));
        cases.add(Case.fused(new FusedOp.Gelu(true), in -> in[0], EXACT, none));
        cases.add(Case.fused(new FusedOp.Attention(Mask.CAUSAL, Scalar.ONE, false), in -> ReferenceLayers.attention(Mask.CAUSAL, 1, in[0], in[1], in[2],
                null), EXACT, Samples.normal("q", 0, 2, 1, 3), Samples.normal("k", 0, 2, 1, 3), Samples.normal("v", 0, 2, 1, 3)));
    }
}
