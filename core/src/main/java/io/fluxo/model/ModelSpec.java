package io.fluxo.model;

import java.util.List;

/**
 * Everything that determines a model, under TransformerLens's names. Written in YAML in snake_case ({@code d_model}); one immutable record, so
 * that a study varies a model by replacing components. What may differ from layer to layer is a {@link PerLayer}.
 *
 * @param family         what kind of model it is; all that follows but the sizes is about transformers
 * @param nLayers        number of blocks; 0 leaves embedding, positions and unembedding
 * @param dModel         width d of the residual stream
 * @param nHeads         attention heads; need not divide {@code dModel} if {@code dHead} is given
 * @param nKeyValueHeads heads of keys and values, each shared by as many query heads as there are groups (Ainslie et al. 2023); 0 stands
 *                       for {@code nHeads}
 * @param dHead          width of one head's queries, keys and values; 0 stands for {@code dModel / nHeads}
 * @param dMlp           width of the feed-forward network's hidden layer
 * @param nCtx           longest sequence, and the number of learned positions
 * @param dVocab         number of token ids; 0 until the task has said it
 * @param actFn          the feed-forward network's nonlinearity
 * @param placement      where the norms stand: the registered name of a block ({@code pre}, {@code post}, …)
 * @param norm           the registered name of a norm ({@code layer_norm}, {@code rms_norm}, …); the final norm is the default's
 * @param normAffine     whether norms carry a gain and (layer_norm) a bias
 * @param normEps        added to the variance under the root
 * @param finalNorm      whether the stack ends in a norm before the unembedding
 * @param attention      how attention weighs positions
 * @param mask           which positions a query may see
 * @param qkNorm         whether each head's queries and keys are normalised (RMSNorm over d_head) before they meet
 * @param ffn            whether blocks have a feed-forward network
 * @param residual       how a sub-layer's output joins the stream
 * @param residualScale  s in x + s·f, where {@code residual} is scaled
 * @param positions      how positions enter
 * @param ropeTheta      base of the rotations' wavelengths, where {@code positions} is rope
 * @param ropeLayout     which features a rotation turns together, where {@code positions} is rope
 * @param bias           whether attention and feed-forward projections carry a bias
 * @param tiedHead       whether the unembedding is the embedding transposed
 * @param dropout        probability of dropping an element of a sub-layer's output and of the embedding, in training
 * @param init           how weight matrices are drawn
 * @param initStd        standard deviation of weight matrices, where {@code init} is gpt2 or normal
 * @param embedStd       standard deviation of token and learned position embeddings at initialisation
 * @param ngramOrder     family ngram: the longest run of tokens that is counted, the predicted one included
 * @param initFrom       a model directory whose parameters it starts from, in place of drawn ones; empty for none
 */
public record ModelSpec(Family family, int nLayers, int dModel, PerLayer<Integer> nHeads, PerLayer<Integer> nKeyValueHeads,
                        PerLayer<Integer> dHead, PerLayer<Integer> dMlp, int nCtx, int dVocab, PerLayer<ActFn> actFn,
                        PerLayer<String> placement, PerLayer<String> norm, PerLayer<Boolean> normAffine, PerLayer<Double> normEps,
                        FinalNorm finalNorm, PerLayer<AttentionKind> attention, PerLayer<MaskKind> mask, PerLayer<Boolean> qkNorm,
                        PerLayer<Boolean> ffn, PerLayer<ResidualKind> residual, PerLayer<Double> residualScale, PositionKind positions,
                        PerLayer<Double> ropeTheta, RopeLayout ropeLayout, PerLayer<Boolean> bias, boolean tiedHead, double dropout,
                        InitKind init, double initStd, double embedStd, int ngramOrder, String initFrom) {

    /** RNN: Elman's. NGRAM: counts of what followed the last tokens. */
    public enum Family { TRANSFORMER, GRU, RNN, NGRAM }

    /** SWIGLU and GEGLU gate a second projection with SiLU and the exact GELU (Shazeer 2020). */
    public enum ActFn {
        RELU, GELU, GELU_TANH, SILU, SWIGLU, GEGLU;

        /** Whether the hidden layer is a product of two projections. */
        public boolean isGated() {
            return this == SWIGLU || this == GEGLU;
        }
    }

    /** PLACEMENT: as the last block's placement has it. */
    public enum FinalNorm { PLACEMENT, ALWAYS, NEVER }

    /** UNIFORM: every permitted position weighs the same. SELF_ONLY: a token sees itself alone. NONE: no attention sub-layer. */
    public enum AttentionKind { SOFTMAX, UNIFORM, SELF_ONLY, NONE }

    public enum MaskKind { CAUSAL, BIDIRECTIONAL }

    /** x + f, x + s·f, f. */
    public enum ResidualKind { IDENTITY, SCALED, NONE }

    public enum PositionKind { LEARNED, SINUSOIDAL, ROPE, ALIBI, NONE }

    /** Features 2i and 2i + 1 turn together (Su et al. 2021), or i and i + d_head/2 (as Hugging Face stores llama). */
    public enum RopeLayout { INTERLEAVED, HALF }

    /** GPT2: N(0, init_std²), and what is added to the stream × 1/√(2L). */
    public enum InitKind { XAVIER_NORMAL, GPT2, NORMAL }

    /** The model of the study {@code pre-vs-post}: six layers of width 32 with one head. */
    public static final ModelSpec DEFAULT = new ModelSpec(Family.TRANSFORMER, 6, 32, PerLayer.of(1), PerLayer.of(0), PerLayer.of(0), PerLayer.of(128), 32, 0,
            PerLayer.of(ActFn.RELU), PerLayer.of("pre"), PerLayer.of("layer_norm"), PerLayer.of(false), PerLayer.of(1e-5), FinalNorm.PLACEMENT,
            PerLayer.of(AttentionKind.SOFTMAX), PerLayer.of(MaskKind.CAUSAL), PerLayer.of(false), PerLayer.of(true), PerLayer.of(ResidualKind.IDENTITY), PerLayer.of(1.0), PositionKind.LEARNED,
            PerLayer.of(10_000.0), RopeLayout.HALF, PerLayer.of(true), false, 0, InitKind.XAVIER_NORMAL, 0.02, 0.5, 3, "");

    /** {@link #DEFAULT}, to be changed. */
    public static ModelSpecBuilder builder() {
        return DEFAULT.edit();
    }

    /** This specification, to be changed. */
    public ModelSpecBuilder edit() {
        return new ModelSpecBuilder(this);
    }

    /** What {@code layer} is built from, counted from 0. */
    public LayerSpec layer(int layer) {
        return LayerSpec.of(this, layer);
    }

    /** This model with every layer like {@code layer}; positions that enter through scores are left out where that layer has none. */
    public ModelSpec like(LayerSpec layer) {
        ModelSpec alike = edit().nHeads(layer.nHeads()).nKeyValueHeads(layer.nKeyValueHeads()).dHead(layer.dHead()).dMlp(layer.dMlp()).actFn(layer.actFn())
                .placement(layer.placement()).norm(layer.norm()).normAffine(layer.normAffine()).normEps(layer.normEps()).attention(layer.attention())
                .mask(layer.mask()).qkNorm(layer.qkNorm()).ffn(layer.ffn()).residual(layer.residual()).residualScale(layer.residualScale())
                .ropeTheta(layer.ropeTheta()).bias(layer.bias()).build();
        boolean throughScores = positions == PositionKind.ROPE || positions == PositionKind.ALIBI;
        return !throughScores || layer.attention() == AttentionKind.SOFTMAX ? alike
                : alike.edit().positions(PositionKind.NONE).ropeTheta(DEFAULT.ropeTheta).ropeLayout(DEFAULT.ropeLayout).build();
    }

    /** All layers, first to last. */
    public List<LayerSpec> layers() {
        return java.util.stream.IntStream.range(0, nLayers).mapToObj(this::layer).toList();
    }

    /** The width of one of {@code layer}'s heads, as given or as {@code dModel / nHeads}. */
    public int headWidth(int layer) {
        return dHead.at(layer) > 0 ? dHead.at(layer) : dModel / nHeads.at(layer);
    }

    /** How many heads of keys and values {@code layer} has, as given or as many as there are heads. */
    public int keyValueHeads(int layer) {
        return nKeyValueHeads.at(layer) > 0 ? nKeyValueHeads.at(layer) : nHeads.at(layer);
    }

    /** This model over {@code vocabulary} token ids. */
    public ModelSpec withVocabulary(int vocabulary) {
        return edit().dVocab(vocabulary).build();
    }

    /**
     * What makes this specification impossible, each as one sentence that names the keys; empty where it can be built. Names of placements
     * and norms are checked where they are looked up.
     *
     * @param catalog what placements say of themselves
     */
    public List<Violation> violations(Catalog catalog) {
        return SpecCheck.violations(this, catalog);
    }

    /**
     * The keys that this model does not read, whatever they say, each with the reason.
     *
     * @param catalog what placements and norms say of themselves
     */
    public List<Violation> unread(Catalog catalog) {
        return UnreadKeys.of(this, catalog);
    }
}
