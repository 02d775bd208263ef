package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.List;

/** The blocks of a model, one after the other: x_0 → x_L, both [batch pos d_model]. */
public class Stack extends Layer {

    private final List<Block> blocks;

    public Stack(List<? extends Block> blocks) {
        super("");
        this.blocks = List.copyOf(blocks);
        blocks.forEach(this::part);
    }

    public final List<Block> blocks() {
        return blocks;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor current = x;
        for (Block block : blocks) {
            current = block.forward(pass, current);
        }
        return current;
    }

    /**
     * What the stack makes of its streams after the last block, [batch pos d_model] each: the stream itself where there is one.
     *
     * @param streams in the order of {@link StreamSum#stream}
     */
    public Tensor ending(Pass pass, List<Tensor> streams) {
        return streams.getFirst();
    }

    /** How each stream joins what {@link #ending} makes of them, in the same order. */
    public List<StreamEnd> ends() {
        return List.of(StreamEnd.PLAIN);
    }
}
