package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.List;

/**
 * The blocks of a design that carries more than one tensor from block to block.
 *
 * @param <S> what is carried
 */
public abstract class CarryingStack<S> extends Stack {

    private final List<? extends CarryingBlock<S>> carrying;

    protected CarryingStack(List<? extends CarryingBlock<S>> blocks) {
        super(blocks);
        carrying = List.copyOf(blocks);
    }

    /**
     * The blocks as those of one design.
     *
     * @param carries what they have, and others have not: {@code second stream}
     * @throws IllegalArgumentException where one is of another design
     */
    public static <B extends Block> List<B> all(Class<B> design, List<Block> blocks, String carries) {
        blocks.stream().filter(block -> !design.isInstance(block)).findFirst().ifPresent(other -> {
            throw new IllegalArgumentException(Text.format("%s has no %s: %s cannot be mixed with other blocks", other.path(), carries, design.getSimpleName()));
        });
        return blocks.stream().map(design::cast).toList();
    }

    /** What the first block gets, of x_0. */
    protected abstract S begin(Pass pass, Tensor x);

    /** What becomes of what the last block hands on: [batch pos d_model]. */
    protected abstract Tensor end(Pass pass, S carried);

    @Override
    protected final Tensor compute(Pass pass, Tensor x) {
        S carried = begin(pass, x);
        for (CarryingBlock<S> block : carrying) {
            carried = block.handOn(pass, carried);
        }
        return end(pass, carried);
    }
}
