package io.fluxo.model;

import io.fluxo.block.Block;
import io.fluxo.block.Depth;
import io.fluxo.block.Placement;
import io.fluxo.block.Residual;
import io.fluxo.block.SubLayers;
import io.fluxo.layer.Absent;
import io.fluxo.layer.Activation;
import io.fluxo.layer.Attention;
import io.fluxo.layer.Dropout;
import io.fluxo.layer.Embedding;
import io.fluxo.layer.FeedForward;
import io.fluxo.layer.GatedFeedForward;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.LearnedPositions;
import io.fluxo.layer.MultiHeadAttention;
import io.fluxo.layer.MultiHeadAttention.QkNorm;
import io.fluxo.layer.MultiHeadAttention.ScorePositions;
import io.fluxo.layer.Pass;
import io.fluxo.layer.Rotation;
import io.fluxo.layer.SelfOnlyAttention;
import io.fluxo.layer.SinusoidalPositions;
import io.fluxo.layer.UniformAttention;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Locale;
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
        return switch (spec.family()) {
            case TRANSFORMER -> transformer(spec, catalog);
            case GRU -> recurrent(RecurrentModel.Kind.GRU, spec);
            case RNN -> recurrent(RecurrentModel.Kind.RNN, spec);
            case NGRAM -> throw new IllegalArgumentException("an n-gram counts: it has no parameters to build");
        };
    }

    private static LanguageModel recurrent(RecurrentModel.Kind kind, ModelSpec spec) {
        return new RecurrentModel(kind, spec.nLayers(), Dim.of("d_model", spec.dModel()), Dim.of("d_vocab", spec.dVocab()), spec.embedStd(),
                spec.dropout());
    }

    /** The transformer of {@code spec}, at its sizes. */
    public static Transformer transformer(ModelSpec spec, Catalog catalog) {
        return transformer(spec, layer -> ModelDims.of(spec, layer), catalog);
    }

    /** The transformer of {@code spec} at other sizes, the same in every layer. */
    public static Transformer transformer(ModelSpec spec, ModelDims dims, Catalog catalog) {
        return transformer(spec, layer -> dims, catalog);
    }

    /** The transformer of {@code spec} at other sizes: symbols, to prove what holds at all. */
    public static Transformer transformer(ModelSpec spec, Function<LayerSpec, ModelDims> sizes, Catalog catalog) {
        if (spec.family() != ModelSpec.Family.TRANSFORMER) {
            throw new IllegalArgumentException(Text.format("a model of family %s is no transformer", spec.family().name().toLowerCase(Locale.ROOT)));
        }
        return new ModelBuilder(spec, sizes, catalog).transformer();
    }

    private Transformer transformer() {
        Placement last = catalog.placement(spec.placement().at(Math.max(0, spec.nLayers() - 1)));
        Placement first = catalog.placement(spec.placement().at(0));
        boolean finalNorm = switch (spec.finalNorm()) {
            case PLACEMENT -> last.finalNorm();
            case ALWAYS -> true;
            case NEVER -> false;
        };
        return new Transformer(
                new Embedding("", dims.dVocab(), dims.dModel(), Initializer.normal(spec.embedStd())),
                positions(),
                new Dropout("embed_dropout", spec.dropout()),
                Promise.kept(placement(0), "a stack", "the model", first.stack(spec.layers().stream().map(this::block).toList(), this::streamNorm)),
                finalNorm ? Optional.of(streamNorm("ln_final")) : Optional.empty(),
                dims, spec.tiedHead(), weights());
    }

    /** A norm outside the blocks. */
    private Layer streamNorm(String path) {
        return norm(spec.norm().standard(), path, dims.dModel(), spec.normAffine().standard(), spec.normEps().standard());
    }

    private Layer norm(String name, String path, Dim width, boolean affine, double eps) {
        return Promise.kept(Text.format("the norm '%s'", name), "a layer", path, catalog.norm(name).norm(path, width, affine, eps));
    }

    private String placement(int layer) {
        return Text.format("the placement '%s'", spec.placement().at(layer));
    }

    private Block block(LayerSpec layer) {
        ModelDims size = sizes.apply(layer);
        String path = "blocks." + layer.index();
        Depth depth = new Depth(layer.index() + 1, spec.nLayers());
        BiFunction<String, Dim, Layer> norm = (name, width) ->
                norm(layer.norm(), path + "." + name, width, layer.normAffine(), layer.normEps());
        Placement placement = catalog.placement(layer.placement());
        String called = placement(layer.index());
        SubLayers wanted = Promise.kept(called, "what its sub-layers are like", path,
                placement.subLayers(new SubLayers.Site(path, depth, size.nHeads(), size.dMlp(), norm)));
        return Promise.kept(called, path, placement.block(new Placement.Parts(path, depth, attention(path + ".attn", layer, size, wanted),
                feedForward(path + ".mlp", layer, size, wanted), name -> norm.apply(name, size.dModel()), residual(layer))));
    }

    private Attention attention(String path, LayerSpec layer, ModelDims size, SubLayers wanted) {
        var heads = new MultiHeadAttention.Dims(size.dModel(), size.nHeads(), size.nKeyValueHeads(), size.dHead(), size.dV());
        var design = new MultiHeadAttention.Design(mask(layer), layer.bias(), weights(), weights().times(wanted.gain()),
                outerWeights().times(wanted.gain()), scorePositions(layer),
                layer.qkNorm() ? Optional.of(new QkNorm(layer.normAffine(), layer.normEps())) : Optional.empty(), wanted.heads(), spec.dropout());
        return switch (layer.attention()) {
            case SOFTMAX -> new MultiHeadAttention(path, heads, design);
            case UNIFORM -> new UniformAttention(path, heads, design);
            case SELF_ONLY -> new SelfOnlyAttention(path, heads, design);
            case NONE -> new Absent(path);
        };
    }

    private static Mask mask(LayerSpec layer) {
        return switch (layer.mask()) {
            case CAUSAL -> Mask.CAUSAL;
            case BIDIRECTIONAL -> Mask.BIDIRECTIONAL;
        };
    }

    private ScorePositions scorePositions(LayerSpec layer) {
        return switch (spec.positions()) {
            case ROPE -> new ScorePositions.Rotary(new Rotation(layer.ropeTheta(), switch (spec.ropeLayout()) {
                case INTERLEAVED -> Rotation.Pairs.NEIGHBOURS;
                case HALF -> Rotation.Pairs.HALVES;
            }));
            case ALIBI -> new ScorePositions.Alibi();
            case LEARNED, SINUSOIDAL, NONE -> new ScorePositions.None();
        };
    }

    private Layer feedForward(String path, LayerSpec layer, ModelDims size, SubLayers wanted) {
        if (!layer.ffn()) {
            return new Absent(path);
        }
        var design = new FeedForward.Design(layer.bias(), weights().times(wanted.gain()), outerWeights().times(wanted.gain()), wanted.hidden(), spec.dropout());
        return switch (layer.actFn()) {
            case RELU -> new FeedForward(path, size.dModel(), size.dMlp(), Pass::relu, design);
            case GELU -> new FeedForward(path, size.dModel(), size.dMlp(), Pass::gelu, design);
            case GELU_TANH -> new FeedForward(path, size.dModel(), size.dMlp(), Pass::geluTanh, design);
            case SILU -> new FeedForward(path, size.dModel(), size.dMlp(), Activation.SILU, design);
            case SWIGLU -> new GatedFeedForward(path, size.dModel(), size.dMlp(), Activation.SILU, design);
            case GEGLU -> new GatedFeedForward(path, size.dModel(), size.dMlp(), Pass::gelu, design);
        };
    }

    private static Residual residual(LayerSpec layer) {
        return switch (layer.residual()) {
            case IDENTITY -> Residual.IDENTITY;
            case SCALED -> Residual.scaled(layer.residualScale());
            case NONE -> Residual.NONE;
        };
    }

    /** What is added to the embedding. */
    private Optional<Layer> positions() {
        return switch (spec.positions()) {
            case LEARNED -> Optional.of(new LearnedPositions("", dims.nCtx(), dims.dModel(), Initializer.normal(spec.embedStd())));
            case SINUSOIDAL -> Optional.of(new SinusoidalPositions(""));
            case ROPE, ALIBI, NONE -> Optional.empty();
        };
    }

    private Initializer weights() {
        return switch (spec.init()) {
            case XAVIER_NORMAL -> Initializer.xavierNormal();
            case GPT2, NORMAL -> Initializer.normal(spec.initStd());
        };
    }

    /** Of W_O and W_out, whose results are added to the stream 2L times (Radford et al. 2019). */
    private Initializer outerWeights() {
        return switch (spec.init()) {
            case XAVIER_NORMAL, NORMAL -> weights();
            case GPT2 -> weights().times(1 / Math.sqrt(2.0 * spec.nLayers()));
        };
    }
}
