package io.fluxo.conformance;

import static io.fluxo.conformance.Tolerance.EXACT;
import static io.fluxo.conformance.Tolerance.ROUNDED;

import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;

/** Operations on what movement left behind, and operations that take the same tensor more than once. */
final class ChainCases {

    private ChainCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        views(cases);
        products(cases);
        repeated(cases);
        return cases;
    }

    private static void views(List<Case> cases) {
        HostArray x = Samples.normal("x", 4, 6, 5);
        cases.add(Case.chain("softmax of permuted", (ops, in) -> ops.softmax(ops.permute(in[0], 2, 0, 1)),
                in -> ReferenceLayers.rows(Reference.permute(in[0], 2, 0, 1), ReferenceLayers::softmax), Tolerance.sum(6), x));
        cases.add(Case.chain("layerNorm of a slice", (ops, in) -> ops.layerNorm(ops.slice(in[0], 2, Dim.of(1), Dim.of(3)), null, null, 1e-5),
                in -> ReferenceLayers.rows(Reference.slice(in[0], 2, 1, 3), row -> ReferenceLayers.layerNorm(row, 1e-5)), Tolerance.sum(8), x));
        cases.add(Case.chain("gelu of expanded", (ops, in) -> ops.gelu(ops.expand(ops.slice(in[0], 1, Dim.of(2), Dim.ONE), in[0].shape())),
                in -> Reference.map(Reference.expand(Reference.slice(in[0], 1, 2, 1), 4, 6, 5), ReferenceLayers::gelu), Tolerance.sum(8), x));
        cases.add(Case.chain("sum of permuted over the middle", (ops, in) -> ops.sumOver(ops.permute(in[0], 1, 2, 0), 1),
                in -> Reference.fold(Reference.permute(in[0], 1, 2, 0), 0, Double::sum, false, 1), Tolerance.sum(5), x));
        cases.add(Case.chain("split, permute, merge, slice, add", (ops, in) -> {
            var heads = ops.permute(ops.splitAxis(in[0], 1, Dim.of(2), Dim.of(3)), 0, 2, 1, 3);
            var merged = ops.mergeAxes(heads, 1);
            return ops.add(ops.slice(merged, 0, Dim.of(1), Dim.of(2)), ops.slice(in[0], 0, Dim.of(2), Dim.of(2)));
        }, in -> {
            HostArray heads = Reference.permute(Reference.reshape(in[0], 4, 2, 3, 5), 0, 2, 1, 3);
            return Reference.broadcast(Reference.slice(Reference.reshape(heads, 4, 6, 5), 0, 1, 2), Reference.slice(in[0], 0, 2, 2), Double::sum);
        }, ROUNDED.times(2), x));
        cases.add(Case.chain("attention on heads cut out of one projection", (ops, in) -> {
            var heads = ops.splitAxis(in[0], 2, Dim.of(6), Dim.of(2));
            return ops.attention(ops.slice(heads, 2, Dim.of(0), Dim.of(2)), ops.slice(heads, 2, Dim.of(2), Dim.of(2)),
                    ops.slice(heads, 2, Dim.of(4), Dim.of(2)), null, Mask.CAUSAL, Scalar.of(0.7));
        }, in -> {
            HostArray heads = Reference.reshape(in[0], 2, 5, 6, 2);
            return ReferenceLayers.attention(Mask.CAUSAL, 0.7, Reference.slice(heads, 2, 0, 2), Reference.slice(heads, 2, 2, 2),
                    Reference.slice(heads, 2, 4, 2), null);
        }, Tolerance.sum(7), Samples.normal("qkv", 2, 5, 12)));
        cases.add(Case.chain("pad, concat, slice back", (ops, in) -> ops.slice(ops.concat(1, ops.pad(in[0], 1, Dim.of(1), Dim.of(2), Scalar.ZERO), in[0]),
                1, Dim.of(1), Dim.of(6)), in -> in[0], EXACT, x));
    }

    private static void products(List<Case> cases) {
        HostArray a = Samples.normal("a", 2, 3, 4, 5);
        HostArray b = Samples.normal("b", 2, 6, 4, 5);
        cases.add(Case.chain("matMul of permuted heads, right transposed",
                (ops, in) -> ops.matMul(ops.permute(in[0], 0, 2, 1, 3), ops.permute(in[1], 0, 2, 1, 3), false, true),
                in -> Reference.matMul(Reference.permute(in[0], 0, 2, 1, 3), Reference.permute(in[1], 0, 2, 1, 3), false, true), Tolerance.sum(5), a, b));
        cases.add(Case.chain("matMul, left permuted and shared right sliced",
                (ops, in) -> ops.matMul(ops.permute(in[0], 0, 2, 3, 1), ops.slice(in[1], 0, Dim.of(1), Dim.of(3))),
                in -> Reference.matMul(Reference.permute(in[0], 0, 2, 3, 1), Reference.slice(in[1], 0, 1, 3), false, false), Tolerance.sum(3), a,
                Samples.normal("w", 5, 7)));
        cases.add(Case.chain("linear of merged heads", (ops, in) -> ops.linear(ops.mergeAxes(in[0], 2), in[1], in[2]),
                in -> ReferenceLayers.linear(Reference.reshape(in[0], 2, 3, 20), in[1], in[2]), Tolerance.sum(21), a, Samples.normal("w", 20, 7),
                Samples.normal("c", 7)));
        cases.add(Case.chain("tied embedding: gather and transposed product", (ops, in) -> ops.matMul(ops.gather(in[0], in[1]), in[0], false, true),
                in -> Reference.matMul(Reference.gather(in[0], in[1]), in[0], false, true), Tolerance.sum(5), Samples.normal("table", 7, 5),
                Samples.integers("tokens", 7, 2, 3)));
    }

    private static void repeated(List<Case> cases) {
        HostArray x = Samples.normal("x", 3, 7);
        cases.add(Case.chain("x + x", (ops, in) -> ops.add(in[0], in[0]), in -> Reference.map(in[0], v -> v + v), ROUNDED, x));
        cases.add(Case.chain("x · x", (ops, in) -> ops.mul(in[0], in[0]), in -> Reference.map(in[0], v -> v * v), ROUNDED, x));
        cases.add(Case.chain("x − x", (ops, in) -> ops.sub(in[0], in[0]), in -> Reference.map(in[0], _ -> 0), EXACT, x));
        cases.add(Case.chain("x xᵀ", (ops, in) -> ops.matMul(in[0], in[0], false, true), in -> Reference.matMul(in[0], in[0], false, true),
                Tolerance.sum(7), x));
        cases.add(Case.chain("x in three places", (ops, in) -> ops.add(ops.mul(in[0], ops.tanh(in[0])), ops.softmax(in[0])),
                in -> Reference.broadcast(Reference.map(in[0], v -> v * Math.tanh(v)), ReferenceLayers.rows(in[0], ReferenceLayers::softmax), Double::sum),
                Tolerance.sum(9), x));
        cases.add(Case.chain("concat of x with itself", (ops, in) -> ops.concat(0, in[0], in[0], in[0]), in -> Reference.concat(0, in[0], in[0], in[0]),
                EXACT, x));
        cases.add(Case.chain("x + x, one side stretched", (ops, in) -> ops.add(in[0], ops.sum(in[0], 0)),
                in -> Reference.broadcast(in[0], Reference.fold(in[0], 0, Double::sum, true, 0), Double::sum), Tolerance.sum(4), x));
        cases.add(Case.chain("self-attention of x alone", (ops, in) -> ops.attention(in[0], in[0], in[0], null, Mask.CAUSAL, Scalar.of(0.5)),
                in -> ReferenceLayers.attention(Mask.CAUSAL, 0.5, in[0], in[0], in[0], null), Tolerance.sum(10), Samples.normal("x", 1, 6, 2, 4)));
        cases.add(Case.chain("maximum of x with itself", (ops, in) -> ops.maximum(in[0], in[0]), in -> in[0], EXACT, x));
        cases.add(Case.chain("x and a linear map of it", (ops, in) -> ops.add(in[0], ops.linear(in[0], in[1], in[2])),
                in -> Reference.broadcast(in[0], ReferenceLayers.linear(in[0], in[1], in[2]), Double::sum), Tolerance.sum(9), x,
                Samples.normal("w", 7, 7), Samples.normal("b", 7)));
        cases.add(Case.chain("x and its norm", (ops, in) -> ops.add(in[0], ops.layerNorm(in[0], in[1], in[2], 1e-5)),
                in -> Reference.broadcast(in[0], ReferenceLayers.affine(ReferenceLayers.rows(in[0], row -> ReferenceLayers.layerNorm(row, 1e-5)), in[1],
                        in[2]), Double::sum), Tolerance.sum(9), x, Samples.normal("gain", 7), Samples.normal("bias", 7)));
        cases.add(Case.chain("residual stream", (ops, in) -> {
            var h = ops.add(in[0], ops.gelu(ops.layerNorm(in[0], null, null, 1e-5)));
            return ops.add(h, ops.rmsNorm(h, null, 1e-5));
        }, in -> {
            HostArray t = Reference.map(ReferenceLayers.rows(in[0], row -> ReferenceLayers.layerNorm(row, 1e-5)), ReferenceLayers::gelu);
            HostArray h = Reference.broadcast(in[0], t, Double::sum);
            return Reference.broadcast(h, ReferenceLayers.rows(h, row -> ReferenceLayers.rmsNorm(row, 1e-5)), Double::sum);
        }, Tolerance.sum(14), x));
    }
}
