package io.fluxo.model;

import io.fluxo.backend.Backend;
import io.fluxo.block.Block;
import io.fluxo.layer.Dropout;
import io.fluxo.layer.Embedding;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A decoder- or encoder-only transformer: token ids → stream → blocks → logits. I32 [batch pos] → [batch pos d_vocab].
 */
public final class Transformer extends Layer {

    private final Embedding embedding;
    private final Optional<Layer> positions;
    private final Dropout dropout;
    private final List<Block> blocks;
    private final Optional<Layer> finalNorm;
    private final Parameter unembedding;
    private final boolean tied;

    Transformer(Embedding embedding, Optional<Layer> positions, Dropout dropout, List<Block> blocks, Optional<Layer> finalNorm, ModelDims dims,
                boolean tied, Initializer weights) {
        super("");
        this.embedding = part(embedding);
        this.positions = positions.map(this::part);
        this.dropout = part(dropout);
        this.blocks = List.copyOf(blocks);
        blocks.forEach(this::part);
        this.finalNorm = finalNorm.map(this::part);
        this.tied = tied;
        this.unembedding = tied ? embedding.table() : parameter("W_U", Shape.of(dims.dModel(), dims.dVocab()), weights);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor tokens) {
        return unembed(pass, stream(pass, embed(pass, tokens)));
    }

    /** x_0: token ids I32 [batch pos] → [batch pos d_model]. */
    public Tensor embed(Pass pass, Tensor tokens) {
        Tensor x = embedding.forward(pass, tokens);
        if (positions.isPresent()) {
            x = positions.get().forward(pass, x);
        }
        return dropout.forward(pass, x);
    }

    /** The blocks, one after the other: x_0 → x_L, both [batch pos d_model]. */
    public Tensor stream(Pass pass, Tensor x) {
        Tensor current = x;
        for (Block block : blocks) {
            current = block.forward(pass, current);
        }
        return current;
    }

    /** The final norm, where the placement has one, and the logits: [batch pos d_model] → [batch pos d_vocab]. */
    public Tensor unembed(Pass pass, Tensor x) {
        Tensor last = finalNorm.isPresent() ? finalNorm.get().forward(pass, x) : x;
        return tied ? pass.matMul(last, unembedding.value(), false, true) : pass.linear(last, unembedding.value(), null);
    }

    /**
     * The mean cross-entropy in nats of predicting {@code targets} from {@code tokens}.
     *
     * @param tokens  I32 [batch pos]
     * @param targets I32 [batch pos]: the token that follows each
     */
    public Tensor loss(Pass pass, Tensor tokens, Tensor targets) {
        return pass.meanAll(pass.crossEntropy(forward(pass, tokens), targets));
    }

    public List<Block> blocks() {
        return blocks;
    }

    /** The chapter's names: {@code blocks.0.t1} → {@code blocks.0.hook_attn_out}. */
    public Map<String, String> aliases() {
        Map<String, String> aliases = new TreeMap<>();
        for (Block block : blocks) {
            block.chapter().forEach((symbol, hook) -> aliases.put(block.path() + "." + symbol, block.path() + "." + hook));
        }
        return aliases;
    }

    /** Draws every parameter on {@code backend}. A parameter's values depend on {@code key} and its name alone. */
    public void initialize(Backend backend, DType dtype, RandomKey key) {
        fill(parameter -> {
            double[] values = parameter.initializer().sample(parameter.shape(), key.split(parameter.name()));
            return backend.upload(HostArray.of(parameter.shape(), dtype, values));
        });
    }

    /** Puts what {@code values} gives into every parameter. */
    public void fill(Function<Parameter, Tensor> values) {
        parameters().forEach(parameter -> parameter.set(values.apply(parameter)));
    }

    /** How many numbers are trained. */
    public long parameterCount() {
        return parameters().stream().mapToLong(parameter -> parameter.shape().elements()).sum();
    }
}
