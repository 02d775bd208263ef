package io.fluxo.model;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.layer.Activation;
import io.fluxo.layer.Dropout;
import io.fluxo.layer.Embedding;
import io.fluxo.layer.FeedForward;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.LearnedPositions;
import io.fluxo.layer.MultiHeadAttention;
import io.fluxo.layer.NormFactory;
import io.fluxo.layer.Pass;
import io.fluxo.layer.SinusoidalPositions;
import io.fluxo.op.FusedOp.Mask;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Builds a transformer from its specification. */
public final class ModelBuilder {

    private final ModelSpec spec;
    private final ModelDims dims;
    private final Placement placement;
    private final NormFactory norms;

    private ModelBuilder(ModelSpec spec, ModelDims dims, Catalog catalog) {
        List<Violation> violations = spec.violations();
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(violations.getFirst().message());
        }
        this.spec = spec;
        this.dims = dims;
        this.placement = catalog.placement(spec.placement());
        this.norms = catalog.norm(spec.norm());
    }

    /** The model of {@code spec}, at its sizes. */
    public static Transformer build(ModelSpec spec, Catalog catalog) {
        return build(spec, ModelDims.of(spec), catalog);
    }

    /** The model of {@code spec} at other sizes: symbols, to prove what holds at all. */
    public static Transformer build(ModelSpec spec, ModelDims dims, Catalog catalog) {
        return new ModelBuilder(spec, dims, catalog).transformer();
    }

    private Transformer transformer() {
        return new Transformer(
                new Embedding("", dims.dVocab(), dims.dModel(), Initializer.normal(spec.embedStd())),
                positions(),
                new Dropout("embed_dropout", spec.dropout()),
                IntStream.range(0, spec.nLayers()).mapToObj(layer -> block("blocks." + layer)).toList(),
                placement.finalNorm() ? Optional.of(norm("ln_final")) : Optional.empty(),
                dims, spec.tiedHead(), weights());
    }

    private Block block(String path) {
        return placement.block(new Placement.Parts(path, attention(path + ".attn"), feedForward(path + ".mlp"), name -> norm(path + "." + name)));
    }

    private MultiHeadAttention attention(String path) {
        var attentionDims = new MultiHeadAttention.Dims(dims.dModel(), dims.nHeads(), dims.dHead(), dims.dV());
        return new MultiHeadAttention(path, attentionDims, switch (spec.mask()) {
            case CAUSAL -> Mask.CAUSAL;
            case BIDIRECTIONAL -> Mask.BIDIRECTIONAL;
        }, spec.bias(), weights(), spec.dropout());
    }

    private Layer feedForward(String path) {
        return new FeedForward(path, dims.dModel(), dims.dMlp(), activation(), spec.bias(), weights(), spec.dropout());
    }

    private Activation activation() {
        return switch (spec.actFn()) {
            case RELU -> Pass::relu;
            case GELU -> Pass::gelu;
            case GELU_TANH -> Pass::geluTanh;
        };
    }

    private Optional<Layer> positions() {
        return switch (spec.positions()) {
            case LEARNED -> Optional.of(new LearnedPositions("", dims.nCtx(), dims.dModel(), Initializer.normal(spec.embedStd())));
            case SINUSOIDAL -> Optional.of(new SinusoidalPositions(""));
            case NONE -> Optional.empty();
        };
    }

    private Layer norm(String path) {
        return norms.norm(path, dims.dModel(), spec.normAffine(), spec.normEps());
    }

    private Initializer weights() {
        return switch (spec.init()) {
            case XAVIER_NORMAL -> Initializer.xavierNormal();
        };
    }
}
