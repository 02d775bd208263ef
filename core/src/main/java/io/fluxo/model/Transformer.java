package io.fluxo.model;

import io.fluxo.block.Block;
import io.fluxo.block.Stack;
import io.fluxo.layer.Layer;
import io.fluxo.layer.network.MaskedHead;
import io.fluxo.layer.Pass;
import io.fluxo.layer.Unembedding;
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

    private final Unembedding unembedding;
    private final InputSide input;
    private final Stack stack;
    private final Optional<Layer> finalNorm;
    private final Optional<MaskedHead> head;

    Transformer(InputSide input, Stack stack, Optional<Layer> finalNorm, Optional<MaskedHead> head, Unembedding unembedding) {
        this.unembedding = part(unembedding); // its matrix is the first parameter: sums over all parameters are in this order
        this.input = part(input);
        this.stack = part(stack);
        this.finalNorm = finalNorm.map(this::part);
        this.head = head.map(this::part);
    }

    @Override
    protected Tensor logits(Pass pass, Tensor tokens) {
        return unembed(pass, stream(pass, embed(pass, tokens)));
    }

    /** x_0: token ids I32 [batch pos] → [batch pos d_model]. */
    public Tensor embed(Pass pass, Tensor tokens) {
        return input.forward(pass, tokens);
    }

    /**
     * x_0 of tokens whose types are given.
     *
     * @param types I32 [batch pos]
     */
    public Tensor embed(Pass pass, Tensor tokens, Tensor types) {
        return input.forward(pass, tokens, types);
    }

    /** The blocks, as their placement strings them together: x_0 → x_L, both [batch pos d_model]. */
    public Tensor stream(Pass pass, Tensor x) {
        return stack.forward(pass, x);
    }

    /** The final norm, where the placement has one, and the logits: [batch pos d_model] → [batch pos d_vocab]. */
    public Tensor unembed(Pass pass, Tensor x) {
        Tensor last = finalNorm.isPresent() ? finalNorm.get().forward(pass, x) : x;
        return unembedding.forward(pass, head.isPresent() ? head.get().forward(pass, last) : last);
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
