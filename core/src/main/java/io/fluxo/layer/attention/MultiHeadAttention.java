package io.fluxo.layer.attention;

import io.fluxo.layer.Dropout;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.layer.SoftCap;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2): for each head softmax(qKᵀ/√d_head)V with q = xW_Q, K = [x_1…x_N]W_K,
 * V = [x_1…x_N]W_V; the heads side by side, times W_O. The width of all heads together, n_heads·d_v, is independent of d_model: W_O maps it
 * back. Keys and values may have fewer heads, each shared by a group of queries' heads.
 *
 * <p>Variants of it extend it and change one step: {@link #values} (what is carried), {@link #mix} (how scores become weights), {@link #results} (what
 * is done to the heads' results before W_O).
 */
public class MultiHeadAttention extends Attention {

    /**
     * @param dModel         width of the stream
     * @param nHeads         number of heads
     * @param nKeyValueHeads number of heads of keys and values; divides {@code nHeads}
     * @param dHead          width of one head's queries and keys
     * @param dV             width of one head's values
     */
    public record Dims(Dim dModel, Dim nHeads, Dim nKeyValueHeads, Dim dHead, Dim dV) {

        /** Every head with keys and values of its own. */
        public Dims(Dim dModel, Dim nHeads, Dim dHead, Dim dV) {
            this(dModel, nHeads, nHeads, dHead, dV);
        }
    }

    /**
     * How it is built, apart from its sizes.
     *
     * @param mask         which positions a query may see
     * @param qkvBias      whether the projections to queries, keys and values carry a bias
     * @param outputBias   whether the projection back carries one
     * @param queryKeyInit initial values of W_Q and W_K
     * @param valueInit    initial values of W_V
     * @param outputInit   initial values of W_O
     * @param positions    how positions enter the scores
     * @param qkNorm       how queries and keys are normalised before they meet
     * @param scores       what becomes of a query's product with a key before the softmax
     * @param heads        layer applied to the heads' results before W_O, [batch n head d_v] → the same; NormFormer's gains
     * @param dropout      rate at the output, in training
     * @param layer        which layer of a model it is in, from 0; 0 where it stands alone
     * @param headNorms    norms of each head's queries, keys and values; {@code qkNorm} is then empty
     */
    public record Design(Mask mask, boolean qkvBias, boolean outputBias, Initializer queryKeyInit, Initializer valueInit, Initializer outputInit,
                         ScorePositions positions, Optional<QkNorm> qkNorm, ScoreRule scores, Optional<Layer> heads, double dropout, int layer, Optional<HeadNorms> headNorms) {

        /** Without norms that a placement asks for. */
        public Design(Mask mask, boolean qkvBias, boolean outputBias, Initializer queryKeyInit, Initializer valueInit, Initializer outputInit, ScorePositions positions,
                      Optional<QkNorm> qkNorm, ScoreRule scores, Optional<Layer> heads, double dropout, int layer) {
            this(mask, qkvBias, outputBias, queryKeyInit, valueInit, outputInit, positions, qkNorm, scores, heads, dropout, layer, Optional.empty());
        }

        /** Biases everywhere or nowhere, scores as in the paper. */
        public Design(Mask mask, boolean bias, Initializer queryKeyInit, Initializer valueInit, Initializer outputInit, ScorePositions positions,
                      Optional<QkNorm> qkNorm, Optional<Layer> heads, double dropout) {
            this(mask, bias, bias, queryKeyInit, valueInit, outputInit, positions, qkNorm, ScoreRule.CHAPTER, heads, dropout, 0);
        }

        /** Plain: one initializer for all. */
        static Design of(Mask mask, boolean bias, Initializer initializer, double dropout) {
            return new Design(mask, bias, initializer, initializer, initializer, ScorePositions.NONE, Optional.empty(), Optional.empty(), dropout);
        }
    }

    /**
     * RMSNorm of queries and keys.
     *
     * @param eachHead whether each head is normalised for itself, or all heads together as one vector (OLMo 2)
     */
    public record QkNorm(boolean eachHead, boolean affine, double eps) {}

    /** The four projections: [… d_model] → [… n_heads·d_head], [… n_key_value_heads·d_head], [… n_key_value_heads·d_v], and back to d_model. */
    public record Projections(Linear q, Linear k, Linear v, Linear o) {}

    private final Dims dims;
    private final Design design;
    private final FusedOp.Attention plain;
    private final Linear q;
    private final Linear k;
    private final Linear v;
    private final Linear o;
    private final Optional<Layer> queryNorm;
    private final Optional<Layer> keyNorm;
    private final Optional<Layer> valueNorm;
    private final Optional<Layer> headLayer;
    private final Dropout dropout;
    private final HookPoint hookQ = boundary("hook_q");
    private final HookPoint hookK = boundary("hook_k");
    private final HookPoint hookV = boundary("hook_v");
    private final Optional<HookPoint> hookRotQ;
    private final Optional<HookPoint> hookRotK;
    private final Map<Inside, HookPoint> inside = Map.of(Inside.SCORES, interior("hook_attn_scores"), Inside.PATTERN, interior("hook_pattern"));
    private final HookPoint hookZ = boundary("hook_z");

    public MultiHeadAttention(String path, Dims dims, Mask mask, boolean bias, Initializer initializer, double dropoutRate) {
        this(path, dims, Design.of(mask, bias, initializer, dropoutRate));
    }

    public MultiHeadAttention(String path, Dims dims, Design design) {
        super(path);
        this.dims = dims;
        this.design = design;
        plain = new FusedOp.Attention(design.mask(), design.scores().factor(dims.dHead), false);
        Dim queries = dims.nHeads.times(dims.dHead).named("n_heads·d_head");
        Dim keys = dims.nKeyValueHeads.times(dims.dHead).named(grouped() ? "n_key_value_heads·d_head" : "n_heads·d_head");
        Dim values = dims.nKeyValueHeads.times(dims.dV).named(grouped() ? "n_key_value_heads·d_v" : "n_heads·d_v");
        Dim results = dims.nHeads.times(dims.dV).named("n_heads·d_v");
        q = part(new Linear(path, "Q", dims.dModel, queries, design.qkvBias(), design.queryKeyInit()));
        k = part(new Linear(path, "K", dims.dModel, keys, design.qkvBias(), design.queryKeyInit()));
        v = part(new Linear(path, "V", dims.dModel, values, design.qkvBias(), design.valueInit()));
        queryNorm = design.headNorms().map(norms -> part(norms.queries())).or(() -> norm("q_norm", queries));
        keyNorm = design.headNorms().map(norms -> part(norms.keys())).or(() -> norm("k_norm", keys));
        valueNorm = design.headNorms().map(norms -> part(norms.values()));
        boolean turned = design.positions().turns();
        hookRotQ = turned ? Optional.of(boundary("hook_rot_q")) : Optional.empty();
        hookRotK = turned ? Optional.of(boundary("hook_rot_k")) : Optional.empty();
        headLayer = design.heads().map(this::part);
        o = part(new Linear(path, "O", results, dims.dModel, design.outputBias(), design.outputInit()));
        dropout = part(new Dropout(path + ".dropout", design.dropout()));
    }

    private boolean grouped() {
        return !dims.nKeyValueHeads.equals(dims.nHeads);
    }

    private Optional<Layer> norm(String name, Dim all) {
        return design.qkNorm().map(kind -> part(new RmsNorm(path() + "." + name, kind.eachHead() ? dims.dHead : all, kind.affine(), kind.eps())));
    }

    /** Queries or keys as they meet, [batch n head d_head] → the same. */
    private Tensor normalised(Pass pass, Optional<Layer> norm, Tensor x) {
        if (norm.isEmpty()) {
            return x;
        }
        return design.qkNorm().map(QkNorm::eachHead).orElse(true) ? norm.get().forward(pass, x)
                : Heads.split(pass, norm.get().forward(pass, pass.mergeAxes(x, 2)), x.dim(2), x.dim(3));
    }

    @Override
    protected final Tensor attend(Pass pass, Tensor x, Tensor context) {
        return attend(pass, x, context, context, null);
    }

    /**
     * Attention in general.
     *
     * @param queries [batch n d_model]
     * @param keys    [batch m d_model]
     * @param values  [batch m d_model]
     * @param bias    added to the scores [batch head n m], broadcast; null for none
     * @return [batch n d_model]
     */
    public final Tensor forward(Pass pass, Tensor queries, Tensor keys, Tensor values, Tensor bias) {
        try {
            return mixed(pass, attend(pass, queries, keys, values, bias));
        } catch (ShapeMismatchException mismatch) {
            throw mismatch.at(path());
        }
    }

    @Override
    protected final boolean remembers() {
        return true;
    }

    private Tensor attend(Pass pass, Tensor queries, Tensor keys, Tensor values, Tensor bias) {
        Tensor qs = pass.at(hookQ, Heads.split(pass, q.forward(pass, queries), dims.nHeads, dims.dHead));          // [batch n head d_head]
        Tensor ks = pass.at(hookK, Heads.split(pass, k.forward(pass, keys), dims.nKeyValueHeads, dims.dHead));     // [batch m head d_head]
        Tensor vs = values(pass, values);                                                                          // [batch m head d_v]
        qs = normalised(pass, queryNorm, qs);
        ks = normalised(pass, keyNorm, ks);
        if (design.positions().turns()) {
            Dim behind = pass.first().plus(ks.dim(1)).minus(qs.dim(1));                                            // the last n of m positions
            qs = pass.at(hookRotQ.orElseThrow(), design.positions().turn(pass, qs, behind));
            ks = pass.at(hookRotK.orElseThrow(), design.positions().turn(pass, ks, pass.first()));
        }
        ks = pass.joined(path() + ".k", ks);
        vs = pass.joined(path() + ".v", vs);
        Tensor z = pass.at(hookZ, mix(pass, qs, ks, vs, biases(pass, qs, ks, bias)));
        return dropout.forward(pass, o.forward(pass, pass.mergeAxes(results(pass, queries, z), 2)));               // [batch n d_model]
    }

    /** What is carried: [batch m d_model] → [batch m head d_v], of the heads that keys and values have. */
    protected Tensor values(Pass pass, Tensor x) {
        return shownValues(pass, projectedValues(pass, x));
    }

    /** xW_V of all heads side by side, [batch m heads·d_v]. */
    protected final Tensor projectedValues(Pass pass, Tensor x) {
        return v.forward(pass, x);
    }

    /** The values that are carried, by heads, as hook_v shows them: [batch m heads·d_v] → [batch m head d_v]. */
    protected final Tensor shownValues(Pass pass, Tensor all) {
        Tensor split = Heads.split(pass, all, dims.nKeyValueHeads, dims.dV);
        return pass.at(hookV, valueNorm.isPresent() ? valueNorm.get().forward(pass, split) : split);
    }

    /** What becomes of the heads' results before W_O, [batch n head d_v] → the same. {@code x} are the tokens that ask, [batch n d_model]. */
    protected Tensor results(Pass pass, Tensor x, Tensor z) {
        return headLayer.isPresent() ? headLayer.get().forward(pass, z) : z;
    }

    /** The bias on the scores; null for none. */
    private Tensor biases(Pass pass, Tensor qs, Tensor ks, Tensor given) {
        if (!design.positions().addsBias()) {
            return given;
        }
        Tensor positions = design.positions().bias(pass, dims.nHeads, qs.dim(1), ks.dim(1), qs.dtype());
        return given == null ? positions : pass.add(given, positions);
    }

    /**
     * The values, weighed by how queries match keys.
     *
     * @param qs   [batch n head d_head]
     * @param ks   [batch m head d_head], of the heads that keys and values have
     * @param vs   [batch m head d_v], of the same heads
     * @param bias added to the scores, broadcast to [batch head n m]; null for none
     * @return [batch n head d_v]
     */
    protected Tensor mix(Pass pass, Tensor qs, Tensor ks, Tensor vs, Tensor bias) {
        boolean lookedInto = inside.values().stream().anyMatch(pass::wants);
        if (grouped() && pass.goesOn() && qs.dim(1).equals(Dim.ONE) && bias == null && design.scores().cap() == 0 && !lookedInto) {
            return ofOneToken(pass, qs, ks, vs);
        }
        Tensor shared = Heads.share(pass, vs, dims.nHeads);
        if (design.scores().cap() > 0) {
            return weighted(pass, shownPattern(pass, pass.softmax(scores(pass, qs, ks, bias))), shared);
        }
        return bias == null // scores and pattern are [batch head n m]
                ? pass.inspected(plain, inside, qs, Heads.share(pass, ks, dims.nHeads), shared)
                : pass.inspected(new FusedOp.Attention(plain.mask(), plain.scale(), true), inside, qs, Heads.share(pass, ks, dims.nHeads), shared, bias);
    }

    /**
     * One token that comes after others sees all keys, whatever the mask, so that the queries of a group's heads can stand as rows of one head: keys and values are read where they lie,
     * not copied for each of them. Every row is computed as before.
     */
    private Tensor ofOneToken(Pass pass, Tensor qs, Tensor ks, Tensor vs) {
        Dim fewer = ks.dim(2);
        Tensor heads = pass.splitAxis(pass.squeeze(qs, 1), 1, fewer, dims.nHeads.over(fewer));                      // [batch fewer group d_head]
        Tensor rows = pass.permute(heads, 0, 2, 1, 3);                                                             // [batch group fewer d_head]
        Tensor z = pass.fused(new FusedOp.Attention(Mask.BIDIRECTIONAL, plain.scale(), false), rows, ks, vs);       // [batch group fewer d_v]
        return pass.unsqueeze(pass.mergeAxes(pass.permute(z, 0, 2, 1, 3), 1), 1);                                   // [batch 1 head d_v]
    }

    /** Queries' products with keys, scaled, bounded where the design says so, then with {@code bias} and −∞ where the mask forbids: [batch head n m]. */
    protected final Tensor scores(Pass pass, Tensor qs, Tensor ks, Tensor bias) {
        Tensor products = new FusedOp.Attention(Mask.BIDIRECTIONAL, plain.scale(), false).scores(pass, qs, Heads.share(pass, ks, dims.nHeads));
        Tensor bounded = design.scores().cap() > 0 ? SoftCap.of(pass, products, design.scores().cap()) : products;
        return pass.at(inside.get(Inside.SCORES), plain.masked(pass, bias == null ? bounded : pass.add(bounded, bias)));
    }

    /** Values under weights: [batch head n m] and [batch m head d_v] → [batch n head d_v]. */
    protected final Tensor weighted(Pass pass, Tensor pattern, Tensor vs) {
        return plain.weighted(pass, pattern, vs);
    }

    /** The weights of a variant, [batch head n m], as hook_pattern shows them. */
    protected final Tensor shownPattern(Pass pass, Tensor pattern) {
        return pass.at(inside.get(Inside.PATTERN), pattern);
    }

    /** How it is built. */
    protected final Design design() {
        return design;
    }

    /** The sizes it was built from. */
    public final Dims dims() {
        return dims;
    }

    /** The attention of one head, without a bias on the scores. */
    public final FusedOp.Attention operation() {
        return plain;
    }

    /** W_Q, W_K, W_V and W_O with their biases, for an attention that combines them differently. */
    public final Projections projections() {
        return new Projections(q, k, v, o);
    }
}
