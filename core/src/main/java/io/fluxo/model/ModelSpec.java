package io.fluxo.model;

import io.fluxo.block.Placement;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.InitKind;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.LayerKey;
import io.fluxo.setting.LayerPartKey;
import io.fluxo.setting.PartKey;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import io.fluxo.setting.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Everything that determines a model, under TransformerLens's names: {@code spec.get(D_MODEL)}, {@code spec.with(D_MODEL, 64)}. The keys below are the
 * one place where each is declared.
 */
public final class ModelSpec extends Settings<ModelSpec> {

    /** RNN: Elman's. NGRAM: counts of what followed the last tokens. */
    public enum Family { TRANSFORMER, GRU, RNN, NGRAM }

    /** PLACEMENT: as the last block's placement has it. */
    public enum FinalNorm { PLACEMENT, ALWAYS, NEVER }

    public enum MaskKind { CAUSAL, BIDIRECTIONAL }

    /** x + f, x + s·f, f. */
    public enum ResidualKind { IDENTITY, SCALED, NONE }

    /** Features 2i and 2i + 1 turn together (Su et al. 2021), or i and i + d_head/2 (as Hugging Face stores llama). */
    public enum RopeLayout { INTERLEAVED, HALF }

    /** BIAS: as the key {@code bias} says. */
    public enum BiasKind { BIAS, ALWAYS, NEVER }

    /** Each head's queries and keys for themselves, or those of all heads as one vector. */
    public enum QkNormWidth { HEAD, ALL }

    public static final Key<Family> FAMILY = Key.of("family", Type.label(Family.class), Family.TRANSFORMER,
            "what kind of model it is; all that follows but the sizes is about transformers");

    public static final Key<Integer> N_LAYERS = Key.of("n_layers", Type.whole(0, 10_000), 6,
            "number of blocks; 0 leaves embedding, positions and unembedding");

    public static final Key<Integer> D_MODEL = Key.of("d_model", Type.whole(1), 32, "width d of the residual stream");

    public static final LayerKey<Integer> N_HEADS = Key.byLayer("n_heads", Type.whole(1), 1,
            "attention heads; need not divide d_model if d_head is given");

    public static final LayerKey<Integer> N_KEY_VALUE_HEADS = Key.byLayer("n_key_value_heads", Type.whole(0), 0,
            "heads of keys and values, each shared by as many query heads as there are groups (Ainslie et al. 2023); 0 stands for n_heads");

    public static final LayerKey<Integer> D_HEAD = Key.byLayer("d_head", Type.whole(0), 0,
            "width of one head's queries, keys and values; 0 stands for d_model / n_heads");

    public static final LayerKey<Integer> D_MLP = Key.byLayer("d_mlp", Type.whole(1), 128, "width of the feed-forward network's hidden layer");

    public static final Key<Integer> N_CTX = Key.of("n_ctx", Type.whole(1), 32, "longest sequence, and the number of learned positions");

    public static final Key<Integer> D_VOCAB = Key.of("d_vocab", Type.whole(0), 0, "number of token ids; 0 until the task has said it");

    public static final LayerPartKey ACT_FN = LayerPartKey.of(ActFn.KIND, "relu", "the feed-forward network's nonlinearity");

    public static final LayerPartKey PLACEMENT = LayerPartKey.of(Placement.KIND, "pre",
            "where the norms stand: the registered name of a block (pre, post, …)");

    public static final LayerPartKey NORM = LayerPartKey.of(NormFactory.KIND, "layer_norm",
            "the registered name of a norm (layer_norm, rms_norm, …); the final norm is the default's");

    public static final LayerKey<Boolean> NORM_AFFINE = Key.byLayer("norm_affine", Type.truth(), false,
            "whether norms carry a gain and (layer_norm) a bias");

    public static final LayerKey<Double> NORM_EPS = Key.byLayer("norm_eps", Type.real(Range.NOT_NEGATIVE), 1e-5, "added to the variance under the root");

    public static final Key<FinalNorm> FINAL_NORM = Key.of("final_norm", Type.label(FinalNorm.class), FinalNorm.PLACEMENT,
            "whether the stack ends in a norm before the unembedding");

    public static final LayerPartKey ATTENTION = LayerPartKey.of(AttentionKind.KIND, "softmax", "how attention weighs positions");

    public static final LayerKey<MaskKind> MASK = Key.byLayer("mask", Type.label(MaskKind.class), MaskKind.CAUSAL,
            "which positions a query may see; bidirectional is refused where later positions show the answers (every task but recall)");

    public static final LayerKey<Boolean> QK_NORM = Key.byLayer("qk_norm", Type.truth(), false,
            "whether queries and keys are normalised (RMSNorm) before they meet");

    public static final LayerKey<QkNormWidth> QK_NORM_WIDTH = Key.byLayer("qk_norm_width", Type.label(QkNormWidth.class), QkNormWidth.HEAD,
            "what qk_norm normalises: each head for itself, over d_head, or all heads together (OLMo 2)");

    public static final LayerKey<Double> ATTN_SCALE = Key.byLayer("attn_scale", Type.real(Range.NOT_NEGATIVE), 0.0,
            "what scores are divided by; 0 stands for the root of d_head");

    public static final LayerKey<Double> ATTN_SCORES_SOFT_CAP = Key.byLayer("attn_scores_soft_cap", Type.real(Range.NOT_NEGATIVE), 0.0,
            "c, where scores become c·tanh(score/c) before mask and softmax (Gemma 2); 0 for none");

    public static final LayerKey<Boolean> FFN = Key.byLayer("ffn", Type.truth(), true, "whether blocks have a feed-forward network");

    public static final LayerKey<ResidualKind> RESIDUAL = Key.byLayer("residual", Type.label(ResidualKind.class), ResidualKind.IDENTITY,
            "how a sub-layer's output joins the stream");

    public static final LayerKey<Double> RESIDUAL_SCALE = Key.byLayer("residual_scale", Type.real(Range.ANY), 1.0, "s in x + s·f, where residual is scaled");

    public static final PartKey POSITIONS = PartKey.of(PositionKind.KIND, "learned", "how positions enter");

    public static final LayerKey<Double> ROPE_THETA = Key.byLayer("rope_theta", Type.real(Range.ABOVE_ONE), 10_000.0,
            "base of the rotations' wavelengths, where positions is rope");

    public static final Key<RopeLayout> ROPE_LAYOUT = Key.of("rope_layout", Type.label(RopeLayout.class), RopeLayout.HALF,
            "which features a rotation turns together, where positions is rope");

    public static final LayerKey<Boolean> BIAS = Key.byLayer("bias", Type.truth(), true,
            "whether attention and feed-forward projections carry a bias");

    public static final LayerKey<BiasKind> QKV_BIAS = Key.byLayer("qkv_bias", Type.label(BiasKind.class), BiasKind.BIAS,
            "whether the projections to queries, keys and values carry a bias; bias: as that key says");

    public static final LayerKey<BiasKind> OUT_BIAS = Key.byLayer("out_bias", Type.label(BiasKind.class), BiasKind.BIAS,
            "whether attention's projection back to the stream carries a bias; bias: as that key says");

    public static final LayerKey<BiasKind> MLP_BIAS = Key.byLayer("mlp_bias", Type.label(BiasKind.class), BiasKind.BIAS,
            "whether the feed-forward network's projections carry a bias; bias: as that key says");

    public static final Key<Double> EMBED_SCALE = Key.of("embed_scale", Type.real(Range.POSITIVE), 1.0,
            "factor on a token's row of W_E where it enters the stream");

    public static final Key<Boolean> EMBED_NORM = Key.of("embed_norm", Type.truth(), false,
            "whether the sum of embedding and positions is normalised before the first block (BERT)");

    public static final Key<Integer> N_TOKEN_TYPES = Key.of("n_token_types", Type.whole(0), 0,
            "types of tokens with a trained vector each (BERT); a token whose type is not given has type 0; 0 for none");

    public static final Key<Boolean> MLM_HEAD = Key.of("mlm_head", Type.truth(), false,
            "whether a projection, act_fn and a norm stand before the unembedding (BERT)");

    public static final Key<Boolean> HEAD_BIAS = Key.of("head_bias", Type.truth(), false, "whether the unembedding carries a bias");

    public static final Key<Double> OUTPUT_LOGITS_SOFT_CAP = Key.of("output_logits_soft_cap", Type.real(Range.NOT_NEGATIVE), 0.0,
            "c, where logits become c·tanh(logit/c) (Gemma 2); 0 for none");

    public static final Key<Boolean> TIED_HEAD = Key.of("tied_head", Type.truth(), false, "whether the unembedding is the embedding transposed");

    public static final Key<Double> DROPOUT = Key.of("dropout", Type.real(Range.SHARE), 0.0,
            "probability of dropping an element of a sub-layer's output and of the embedding, in training");

    public static final PartKey INIT = PartKey.of(InitKind.KIND, "xavier_normal", "how weight matrices are drawn");

    public static final Key<Double> INIT_STD = Key.of("init_std", Type.real(Range.NOT_NEGATIVE), 0.02,
            "standard deviation of weight matrices, where init is gpt2 or normal");

    public static final Key<Double> EMBED_STD = Key.of("embed_std", Type.real(Range.NOT_NEGATIVE), 0.5,
            "standard deviation of token and learned position embeddings at initialisation");

    public static final Key<Integer> NGRAM_ORDER = Key.of("ngram_order", Type.whole(1, 16), 3,
            "family ngram: the longest run of tokens that is counted, the predicted one included");

    public static final Key<String> INIT_FROM = Key.of("init_from", Type.file(), "",
            "a model directory whose parameters it starts from, in place of drawn ones; a relative path counts from the folder of the YAML file; empty for none."
                    + " It has to be the same model: only dropout, embed_std, init, init_from, init_std, and n_ctx where positions are not learned, may differ;"
                    + " char_lm: of a text with the same characters");

    /** All of them, in the order in which they are written. */
    public static final Keys KEYS = Keys.of(FAMILY, N_LAYERS, D_MODEL, N_HEADS, N_KEY_VALUE_HEADS, D_HEAD, D_MLP, N_CTX, D_VOCAB, ACT_FN, PLACEMENT, NORM,
            NORM_AFFINE, NORM_EPS, FINAL_NORM, ATTENTION, MASK, QK_NORM, QK_NORM_WIDTH, ATTN_SCALE, ATTN_SCORES_SOFT_CAP, FFN, RESIDUAL, RESIDUAL_SCALE,
            POSITIONS, ROPE_THETA, ROPE_LAYOUT, BIAS, QKV_BIAS, OUT_BIAS, MLP_BIAS, EMBED_SCALE, EMBED_NORM, N_TOKEN_TYPES, TIED_HEAD, MLM_HEAD, HEAD_BIAS,
            OUTPUT_LOGITS_SOFT_CAP, DROPOUT, INIT, INIT_STD, EMBED_STD, NGRAM_ORDER, INIT_FROM);

    /** The model of the study {@code pre-vs-post}: six layers of width 32 with one head. Every key has its standard value. */
    public static final ModelSpec DEFAULT = new ModelSpec(Map.of());

    private ModelSpec(Map<String, Object> set) {
        super(set);
    }

    @Override
    protected ModelSpec made(Map<String, Object> set) {
        return new ModelSpec(set);
    }

    @Override
    public Keys keys() {
        return KEYS;
    }

    /** What {@code layer} is built from, counted from 0. */
    public LayerSpec layer(int layer) {
        return new LayerSpec(this, layer);
    }

    /** All layers, first to last. */
    public List<LayerSpec> layers() {
        return IntStream.range(0, get(N_LAYERS)).mapToObj(this::layer).toList();
    }

    /** This model with every layer like {@code layer}; positions that enter through scores are left out where that layer has none. */
    public ModelSpec like(LayerSpec layer, Catalog catalog) {
        Map<String, Object> alike = new LinkedHashMap<>();
        KEYS.all().forEach(key -> {
            if (key instanceof LayerKey<?> layered) {
                alike.put(key.name(), PerLayer.of(layer.get(layered)));
            }
        });
        ModelSpec model = withAll(alike);
        boolean throughScores = catalog.find(PositionKind.KIND, get(POSITIONS)).filter(kind -> kind.traits().throughScores()).isPresent();
        return !throughScores || layer.attention(catalog).matches() ? model
                : model.with(POSITIONS, "none").with(ROPE_THETA, ROPE_THETA.standard()).with(ROPE_LAYOUT, ROPE_LAYOUT.standard());
    }

    /** This model over {@code vocabulary} token ids. */
    public ModelSpec withVocabulary(int vocabulary) {
        return with(D_VOCAB, vocabulary);
    }

    /**
     * What makes this specification impossible, each as one sentence that names the keys; empty where it can be built.
     *
     * @param catalog the parts that it may name, with what they declare
     */
    public List<Violation> violations(Catalog catalog) {
        return SpecCheck.violations(this, catalog);
    }

    /**
     * The keys that this model does not read, whatever they say, each with the reason.
     *
     * @param catalog the parts, with what they declare
     */
    public List<Violation> unread(Catalog catalog) {
        return UnreadKeys.of(this, catalog);
    }

    /** The part that the last block's placement is; the standard one's in a model without blocks. */
    Choice lastPlacement() {
        return get(PLACEMENT).at(Math.max(0, get(N_LAYERS) - 1));
    }
}
