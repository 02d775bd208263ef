package io.fluxo.experiments.compare.onnx;

import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.Heads;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * Attention of versions 23 and 24 by Fluxo's attention. The standard has heads before positions, [batch head n d], Fluxo after, [batch n head d]. What the
 * standard forbids by truth values, positions and lengths becomes one bias of 0 and −∞, to which a bias that was given is added.
 */
final class OnnxAttention {

    private final Call call;
    private final Pass ops;
    private final Tensor q;             // [batch n head d]
    private final Tensor presentKeys;   // [batch kv_head m d], as the standard has them
    private final Tensor presentValues;
    private final Dim past;

    private OnnxAttention(Call call) {
        this.call = call;
        ops = call.ops();
        Optional<Long> queryHeads = call.optionalWhole("q_num_heads");
        Optional<Long> otherHeads = call.optionalWhole("kv_num_heads");
        q = ours(heads(call.in(0), queryHeads));
        Tensor keys = heads(call.in(1), otherHeads);
        Tensor values = heads(call.in(2), otherHeads);
        Optional<Tensor> pastKeys = call.optional(4);
        Optional<Tensor> pastValues = call.optional(5);
        past = pastKeys.map(tensor -> tensor.dim(2)).orElse(Dim.of(0));
        presentKeys = pastKeys.map(before -> ops.concat(2, before, keys)).orElse(keys);
        presentValues = pastValues.map(before -> ops.concat(2, before, values)).orElse(values);
    }

    static Map<String, Operator> table() {
        return Map.of("Attention", new Operator(23, call -> new OnnxAttention(call).compute()));
    }

    /** [batch n heads·d] → [batch heads n d]. */
    private Tensor heads(Tensor x, Optional<Long> heads) {
        if (x.rank() == 4) {
            return x;
        }
        long count = heads.orElseThrow(() -> call.bad("needs q_num_heads and kv_num_heads where its inputs have three axes"));
        if (count < 1 || x.rank() != 3 || x.dim(2).size() % count != 0) {
            throw call.bad("does not divide " + x.shape() + " into " + count + " heads");
        }
        return ours(Heads.split(ops, x, Dim.of(count), Dim.of(x.dim(2).size() / count)));
    }

    /** Heads and positions change places, in either direction. */
    private Tensor ours(Tensor x) {
        return ops.permute(x, 0, 2, 1, 3);
    }

    private Tensor[] compute() {
        Tensor k = Heads.share(ops, ours(presentKeys), q.dim(2));
        Tensor v = Heads.share(ops, ours(presentValues), q.dim(2));
        double scale = call.real("scale", 1 / Math.sqrt(q.dim(3).size()));
        double cap = call.real("softcap", 0);
        long mode = call.whole("qk_matmul_output_mode", 0);
        DType precision = precision();
        Optional<Tensor> bias = bias(k.dim(1));
        boolean isWhole = cap == 0 && call.outputs() < 4 && precision == q.dtype();
        if (isWhole) {
            return outputs(whole(k, v, scale, bias), null);
        }
        FusedOp.Attention op = new FusedOp.Attention(Mask.BIDIRECTIONAL, Scalar.of(scale), false);
        Tensor scores = op.scores(ops, q, k);                                                    // [batch head n m]
        Tensor capped = cap == 0 ? scores : ops.scale(ops.tanh(ops.scale(scores, 1 / cap)), cap);
        Tensor biased = bias.map(added -> ops.add(capped, added)).orElse(capped);
        Tensor pattern = ops.cast(ops.softmax(ops.cast(biased, precision)), q.dtype());
        Tensor shown = switch ((int) Math.clamp(mode, -1, 4)) {
            case 0 -> scores;
            case 1 -> capped;
            case 2 -> biased;
            case 3 -> pattern;
            default -> throw call.bad("has the qk_matmul_output_mode " + mode + "; it is 0, 1, 2 or 3");
        };
        return outputs(op.weighted(ops, pattern, v), shown);
    }

    /** Attention as one operation, which a backend may have a kernel for; causal where that is all the bias says and queries are the last of the keys. */
    private Tensor whole(Tensor k, Tensor v, double scale, Optional<Tensor> bias) {
        boolean isCausal = call.flag("is_causal", false) && call.optional(3).isEmpty() && call.optional(6).isEmpty()
                && past.plus(q.dim(1)).equals(k.dim(1)) && !hasWindow();
        return isCausal
                ? ops.attention(q, k, v, null, Mask.CAUSAL, Scalar.of(scale))
                : ops.attention(q, k, v, bias.orElse(null), Mask.BIDIRECTIONAL, Scalar.of(scale));
    }

    private Tensor[] outputs(Tensor mixed, Tensor scores) {
        Tensor y = call.in(0).rank() == 3 ? ops.mergeAxes(mixed, 2) : ours(mixed);
        return new Tensor[] {y, presentKeys, presentValues, scores};
    }

    private DType precision() {
        long code = call.whole("softmax_precision", 0);
        if (code == 0) {
            return q.dtype();
        }
        ElementType type = ElementType.of(code).orElseThrow(() -> call.bad("has the softmax_precision " + code + ", which is no type"));
        DType dtype = type.dtype().orElseThrow(() -> Types.unknown(type, "softmax_precision"));
        Types.requireComputed(ops.backend(), dtype, "softmax_precision");
        return dtype;
    }

    private boolean hasWindow() {
        return call.whole("left_window_size", -1) >= 0 || call.whole("right_window_size", -1) >= 0;
    }

    /** What is added to the scores [batch head n m], broadcast; empty for nothing. */
    private Optional<Tensor> bias(Dim m) {
        Optional<Tensor> mask = call.optional(3).map(given -> completed(given, m));
        Optional<Tensor> allowed = both(mask.filter(given -> given.dtype() == DType.BOOL), both(both(causal(m), window(m)), within(m)));
        Optional<Tensor> added = mask.filter(given -> given.dtype() != DType.BOOL);
        Tensor nothing = ops.constant(Scalar.NEGATIVE_INFINITY, q.dtype());
        return allowed.map(these -> Optional.of(ops.where(these, added.orElse(ops.zerosLike(q)), nothing))).orElse(added);
    }

    private Optional<Tensor> both(Optional<Tensor> a, Optional<Tensor> b) {
        return a.isPresent() && b.isPresent() ? Optional.of(ops.and(a.get(), b.get())) : a.or(() -> b);
    }

    /** A mask may end before the keys do; what it does not speak of is forbidden. */
    private Tensor completed(Tensor mask, Dim m) {
        int missing = m.size() - mask.dim(-1).size();
        if (missing <= 0 || mask.dim(-1).size() == 1) {
            return mask;
        }
        Scalar forbidden = mask.dtype() == DType.BOOL ? Scalar.ZERO : Scalar.NEGATIVE_INFINITY;
        return ops.pad(mask, mask.rank() - 1, Dim.of(0), Dim.of(missing), forbidden);
    }

    /** Key j ≤ the query's position. */
    private Optional<Tensor> causal(Dim m) {
        return call.flag("is_causal", false) ? Optional.of(ops.not(ops.less(positions(m), keys(m)))) : Optional.empty();
    }

    /** The query's position − left ≤ key j ≤ the query's position + right. */
    private Optional<Tensor> window(Dim m) {
        long left = call.whole("left_window_size", -1);
        long right = call.whole("right_window_size", -1);
        Optional<Tensor> notBefore = left < 0 ? Optional.empty() : Optional.of(ops.not(ops.less(keys(m), shifted(positions(m), -left))));
        Optional<Tensor> notAfter = right < 0 ? Optional.empty() : Optional.of(ops.not(ops.less(shifted(positions(m), right), keys(m))));
        return both(notBefore, notAfter);
    }

    /** Key j is no padding: it stands within its sequence's length. */
    private Optional<Tensor> within(Dim m) {
        return lengths().map(lengths -> ops.less(keys(m), lengths));
    }

    /** [n m] or [batch 1 n m]: where a query stands among the keys, after those of the past, or at the end of its sequence's length. */
    private Tensor positions(Dim m) {
        Tensor rows = ops.iota(0, Shape.of(q.dim(1), m), DType.I64);
        return lengths().map(lengths -> ops.add(rows, shifted(lengths, -q.dim(1).size()))).orElseGet(() -> shifted(rows, past.size()));
    }

    private Tensor keys(Dim m) {
        return ops.iota(1, Shape.of(q.dim(1), m), DType.I64);
    }

    private Tensor shifted(Tensor x, double by) {
        return ops.add(x, ops.constantLike(x, Scalar.of(Math.clamp(by, -Bounds.ELEMENTS, Bounds.ELEMENTS))));
    }

    /** [batch 1 1 1]: how many keys of each sequence are no padding. */
    private Optional<Tensor> lengths() {
        return call.optional(6).map(lengths -> Shapes.reshape(ops, lengths, lengths.shape().elements(), 1, 1, 1));
    }
}
