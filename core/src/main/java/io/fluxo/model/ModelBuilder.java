package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Block;
import io.fluxo.block.Depth;
import io.fluxo.block.Placement;
import io.fluxo.block.Residual;
import io.fluxo.block.SubLayers;
import io.fluxo.layer.attention.Absent;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.network.Activation;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.Dropout;
import io.fluxo.layer.Embedding;
import io.fluxo.layer.network.FeedForward;
import io.fluxo.layer.InitKind;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.network.MaskedHead;
import io.fluxo.layer.TokenTypes;
import io.fluxo.layer.Unembedding;
import io.fluxo.layer.attention.ScoreRule;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.attention.MultiHeadAttention.QkNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Values;
import io.fluxo.setting.Violation;
import io.fluxo.shape.Dim;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Builds a transformer from its specification. */
public final class ModelBuilder {

    private final ModelSpec spec;
    private final Function<LayerSpec, ModelDims> sizes;
    private final ModelDims dims;
    private final Catalog catalog;

    private ModelBuilder(ModelSpec spec, Function<LayerSpec, ModelDims> sizes, Catalog catalog) {
        List<Violation> violations = spec.violations(catalog);
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(violations.getFirst().message());
        }
        this.spec = spec;
        this.sizes = sizes;
        this.dims = sizes.apply(spec.layer(0));
        this.catalog = catalog;
    }

    /** The model of {@code spec}, of any family that is trained by gradients. */
    public static LanguageModel build(ModelSpec spec, Catalog catalog) {
        return switch (spec.get(FAMILY)) {
            case TRANSFORMER -> transformer(spec, catalog);
            case GRU -> recurrent(RecurrentModel.Kind.GRU, spec);
            case RNN -> recurrent(RecurrentModel.Kind.RNN, spec);
            case NGRAM -> throw new IllegalArgumentException("an n-gram counts: it has no parameters to build");
        };
    }

    private static LanguageModel recurrent(RecurrentModel.Kind kind, ModelSpec spec) {
        return new RecurrentModel(kind, spec.get(N_LAYERS), Dim.of("d_model", spec.get(D_MODEL)), Dim.of("d_vocab", spec.get(D_VOCAB)), spec.get(EMBED_STD),
                spec.get(DROPOUT));
    }

    /** The transformer of {@code spec}, at its sizes. */
    public static Transformer transformer(ModelSpec spec, Catalog catalog) {
        return transformer(spec, layer -> ModelDims.of(spec, layer), catalog);
    }

    /** The transformer of {@code spec} at other sizes, the same in every layer. */
    public static Transformer transformer(ModelSpec spec, ModelDims dims, Catalog catalog) {
        return transformer(spec, layer -> dims, catalog);
    }

    /** The transformer of {@code spec} at other sizes: symbols, for proofs at all sizes. */
    public static Transformer transformer(ModelSpec spec, Function<LayerSpec, ModelDims> sizes, Catalog catalog) {
        if (spec.get(FAMILY) != ModelSpec.Family.TRANSFORMER) {
            throw new IllegalArgumentException(Text.format("a model of family %s is no transformer", Values.label(spec.get(FAMILY))));
        }
        return new ModelBuilder(spec, sizes, catalog).transformer();
    }

    private Transformer transformer() {
        Placement last = catalog.part(Placement.KIND, spec.lastPlacement());
        Placement first = catalog.part(Placement.KIND, spec.get(PLACEMENT).at(0));
        boolean finalNorm = switch (spec.get(FINAL_NORM)) {
            case PLACEMENT -> last.finalNorm();
            case ALWAYS -> true;
            case NEVER -> false;
        };
        Embedding embedding = new Embedding("", dims.dVocab(), dims.dModel(), spec.get(EMBED_SCALE), rows());
        return new Transformer(input(embedding, spec.get(EMBED_NORM) || first.embedNorm()),
                Promise.kept(placement(0), "a stack", "the model", first.stack(spec.layers().stream().map(this::block).toList(), this::streamNorm)),
                finalNorm ? Optional.of(streamNorm("ln_final")) : Optional.empty(),
                spec.get(MLM_HEAD) ? Optional.of(maskedHead()) : Optional.empty(),
                spec.get(TIED_HEAD) ? Unembedding.tied("", embedding, dims.dVocab(), spec.get(HEAD_BIAS), spec.get(OUTPUT_LOGITS_SOFT_CAP))
                        : Unembedding.own("", dims.dModel(), dims.dVocab(), spec.get(HEAD_BIAS), spec.get(OUTPUT_LOGITS_SOFT_CAP), weights()));
    }

    private InputSide input(Embedding embedding, boolean normed) {
        int types = spec.get(N_TOKEN_TYPES);
        return new InputSide(embedding,
                types == 0 ? Optional.empty() : Optional.of(new TokenTypes("", Dim.of("token_type", types), dims.dModel(), rows())),
                Promise.kept(positionsCalled(), "what is added to the embedding", "the model", positions().added(dims.nCtx(), dims.dModel(), rows())),
                normed ? Optional.of(streamNorm("embed.ln")) : Optional.empty(),
                new Dropout("embed_dropout", spec.get(DROPOUT)));
    }

    /** First values of tables that have a row for each token, position or type. */
    private Initializer rows() {
        return Initializer.normal(spec.get(EMBED_STD));
    }

    private MaskedHead maskedHead() {
        Choice kind = spec.get(ACT_FN).standard();
        Activation activation = catalog.part(ActFn.KIND, kind).elementwise().orElseThrow(); // checked before
        return new MaskedHead("mlm_head", dims.dModel(), activation, streamNorm("mlm_head.ln"), weights());
    }

    /** A norm outside the blocks. */
    private Layer streamNorm(String path) {
        return norm(spec.get(NORM).standard(), path, dims.dModel(), spec.get(NORM_AFFINE).standard(), spec.get(NORM_EPS).standard());
    }

    private Layer norm(Choice norm, String path, Dim width, boolean affine, double eps) {
        return Promise.kept(Text.format("the norm '%s'", norm), "a layer", path, catalog.part(NormFactory.KIND, norm).norm(path, width, affine, eps));
    }

    private String placement(int layer) {
        return Text.format("the placement '%s'", spec.get(PLACEMENT).at(layer));
    }

    private Block block(LayerSpec layer) {
        ModelDims size = sizes.apply(layer);
        String path = "blocks." + layer.index();
        Depth depth = new Depth(layer.index() + 1, layer.layers());
        BiFunction<String, Dim, Layer> norm = (name, width) ->
                norm(layer.get(NORM), path + "." + name, width, layer.get(NORM_AFFINE), layer.get(NORM_EPS));
        Placement placement = catalog.part(Placement.KIND, layer.get(PLACEMENT));
        String called = placement(layer.index());
        SubLayers wanted = Promise.kept(called, "what its sub-layers are like", path,
                placement.subLayers(new SubLayers.Site(path, depth, size.nHeads(), size.dHead(), size.dV(), size.dMlp(), norm)));
        return Promise.kept(called, path, placement.block(new Placement.Parts(path, depth, attention(path + ".attn", layer, size, wanted),
                feedForward(path + ".mlp", layer, size, wanted), name -> norm.apply(name, size.dModel()), residual(layer), Optional.of(size.dModel()))));
    }

    private Attention attention(String path, LayerSpec layer, ModelDims size, SubLayers wanted) {
        var heads = new MultiHeadAttention.Dims(size.dModel(), size.nHeads(), size.nKeyValueHeads(), size.dHead(), size.dV());
        Initializer matching = weights();
        var design = new MultiHeadAttention.Design(mask(layer), layer.qkvBias(), layer.outBias(), matching, matching.times(wanted.gain()),
                outerWeights().times(wanted.gain() * wanted.outer()),
                Promise.kept(positionsCalled(), "how positions enter the scores", path, positions().scores(layer.get(ROPE_THETA), pairs())),
                layer.get(QK_NORM) ? Optional.of(qkNorm(layer)) : Optional.empty(),
                new ScoreRule(layer.get(ATTN_SCALE), layer.get(ATTN_SCORES_SOFT_CAP)), wanted.heads(), spec.get(DROPOUT), layer.index(), wanted.norms());
        Choice kind = layer.get(ATTENTION);
        return Promise.kept(Text.format("the attention '%s'", kind), "an attention", path, catalog.part(AttentionKind.KIND, kind).attention(path, heads, design));
    }

    private static QkNorm qkNorm(LayerSpec layer) {
        return new QkNorm(layer.get(QK_NORM_WIDTH) == ModelSpec.QkNormWidth.HEAD, layer.get(NORM_AFFINE), layer.get(NORM_EPS));
    }

    private static Mask mask(LayerSpec layer) {
        return switch (layer.get(MASK)) {
            case CAUSAL -> Mask.CAUSAL;
            case BIDIRECTIONAL -> Mask.BIDIRECTIONAL;
        };
    }

    private PositionKind positions() {
        return catalog.part(PositionKind.KIND, spec.get(POSITIONS));
    }

    private String positionsCalled() {
        return Text.format("the positions '%s'", spec.get(POSITIONS));
    }

    private Pairs pairs() {
        return switch (spec.get(ROPE_LAYOUT)) {
            case INTERLEAVED -> Pairs.NEIGHBOURS;
            case HALF -> Pairs.HALVES;
        };
    }

    private Layer feedForward(String path, LayerSpec layer, ModelDims size, SubLayers wanted) {
        if (!layer.get(FFN)) {
            return new Absent(path);
        }
        var design = new FeedForward.Design(layer.mlpBias(), weights().times(wanted.gain()), outerWeights().times(wanted.gain() * wanted.outer()), wanted.hidden(),
                spec.get(DROPOUT));
        Choice kind = layer.get(ACT_FN);
        return Promise.kept(Text.format("the act_fn '%s'", kind), "a network", path,
                catalog.part(ActFn.KIND, kind).network(path, size.dModel(), size.dMlp(), design));
    }

    private static Residual residual(LayerSpec layer) {
        return switch (layer.get(RESIDUAL)) {
            case IDENTITY -> Residual.IDENTITY;
            case SCALED -> Residual.scaled(layer.get(RESIDUAL_SCALE));
            case NONE -> Residual.NONE;
        };
    }

    private Initializer weights() {
        return drawn(catalog.part(InitKind.KIND, spec.get(INIT)).matrix(spec.get(INIT_STD)));
    }

    /** Of W_O and W_out, whose results are added to the stream. */
    private Initializer outerWeights() {
        return drawn(catalog.part(InitKind.KIND, spec.get(INIT)).outer(spec.get(INIT_STD), spec.get(N_LAYERS)));
    }

    private Initializer drawn(Initializer initializer) {
        return Promise.kept(Text.format("the init '%s'", spec.get(INIT)), "an initializer", "weight matrices", initializer);
    }
}
