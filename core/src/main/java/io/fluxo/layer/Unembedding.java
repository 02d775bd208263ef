package io.fluxo.layer;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/** Logits: [batch pos d_model] → [batch pos d_vocab], by a matrix of its own or by the embedding transposed. */
public final class Unembedding extends Layer {

    private final Parameter weight;
    private final boolean tied;
    private final Optional<Parameter> bias;
    private final double cap;

    private Unembedding(String path, Optional<Embedding> embedding, Dim dModel, Dim dVocab, boolean hasBias, double cap, Initializer initializer) {
        super(path);
        this.tied = embedding.isPresent();
        this.weight = tied ? embedding.get().table() : parameter("W_U", Shape.of(dModel, dVocab), initializer);
        this.bias = hasBias ? Optional.of(parameter("b_U", Shape.of(dVocab), Initializer.ZEROS)) : Optional.empty();
        this.cap = cap;
    }

    /**
     * With a matrix of its own.
     *
     * @param cap bound of the logits as in {@link SoftCap}; 0 for none
     */
    public static Unembedding own(String path, Dim dModel, Dim dVocab, boolean hasBias, double cap, Initializer initializer) {
        return new Unembedding(path, Optional.empty(), dModel, dVocab, hasBias, cap, initializer);
    }

    /** With the rows of {@code embedding}. */
    public static Unembedding tied(String path, Embedding embedding, Dim dVocab, boolean hasBias, double cap) {
        return new Unembedding(path, Optional.of(embedding), Dim.ONE, dVocab, hasBias, cap, Initializer.ZEROS);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor logits = tied ? tied(pass, x) : pass.linear(x, weight.value(), bias.map(Parameter::value).orElse(null));
        return cap > 0 ? SoftCap.of(pass, logits, cap) : logits;
    }

    private Tensor tied(Pass pass, Tensor x) {
        Tensor product = pass.matMul(x, weight.value(), false, true);
        return bias.isPresent() ? pass.add(product, bias.get().value()) : product;
    }
}
