package io.fluxo.model;

import io.fluxo.block.Block;
import io.fluxo.block.Stack;
import io.fluxo.layer.Dropout;
import io.fluxo.layer.Embedding;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;

/**
 * A decoder- or encoder-only transformer: token ids → stream → blocks → logits. I32 [batch pos] → [batch pos d_vocab].
 */
public final class Transformer extends LanguageModel {

    private final Embedding embedding;
    private final Optional<Layer> positions;
    private final Dropout dropout;
    private final Stack stack;
    private final Optional<Layer> finalNorm;
    private final Parameter unembedding;
    private final boolean tied;

    Transformer(Embedding embedding, Optional<Layer> positions, Dropout dropout, Stack stack, Optional<Layer> finalNorm, ModelDims dims,
                boolean tied, Initializer weights) {
        this.embedding = part(embedding);
        this.positions = positions.map(this::part);
        this.dropout = part(dropout);
        this.stack = part(stack);
        this.finalNorm = finalNorm.map(this::part);
        this.tied = tied;
        this.unembedding = tied ? embedding.table() : parameter("W_U", Shape.of(dims.dModel(), dims.dVocab()), weights);
    }

    @Override
    protected Tensor logits(Pass pass, Tensor tokens) {
        return unembed(pass, stream(pass, embed(pass, tokens)));
    }

    /** x_0: token ids I32 [batch pos] → [batch pos d_model]. */
    public Tensor embed(Pass pass, Tensor tokens) {
        Tensor x = embedding.forward(pass, tokens);
        if (positions.isPresent()) {
            x = positions.get().forward(pass, x);
            if (pass.goesOn() && !pass.past().isAsked()) {
                throw new UnsupportedOperationException("the positions do not ask where a pass begins (Pass.first): a sequence cannot go on token by token");
            }
        }
        return dropout.forward(pass, x);
    }

    /** The blocks, as their placement strings them together: x_0 → x_L, both [batch pos d_model]. */
    public Tensor stream(Pass pass, Tensor x) {
        return stack.forward(pass, x);
    }

    /** The final norm, where the placement has one, and the logits: [batch pos d_model] → [batch pos d_vocab]. */
    public Tensor unembed(Pass pass, Tensor x) {
        Tensor last = finalNorm.isPresent() ? finalNorm.get().forward(pass, x) : x;
        return tied ? pass.matMul(last, unembedding.value(), false, true) : pass.linear(last, unembedding.value(), null);
    }

    /** Whether a norm of the stream precedes the unembedding. */
    public boolean hasFinalNorm() {
        return finalNorm.isPresent();
    }

    /** What strings the blocks together. */
    public Stack stack() {
        return stack;
    }

    public List<Block> blocks() {
        return stack.blocks();
    }

    @Override
    public List<String> streamPoints() {
        SequencedSet<String> points = new LinkedHashSet<>();
        blocks().forEach(block -> points.add(block.path() + "." + block.chapter().get("x")));
        if (!blocks().isEmpty()) {
            points.add(blocks().getLast().path() + "." + blocks().getLast().chapter().get("h"));
        }
        return List.copyOf(points);
    }

    @Override
    public List<String> layerPaths() {
        return blocks().stream().map(Block::path).toList();
    }

    /** The chapter's names: {@code blocks.0.t1} → {@code blocks.0.hook_attn_out}. */
    @Override
    public Map<String, String> aliases() {
        Map<String, String> aliases = new TreeMap<>();
        blocks().forEach(block -> aliases.putAll(block.aliases()));
        return aliases;
    }
}
