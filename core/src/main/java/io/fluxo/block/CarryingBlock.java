package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/**
 * A block of a stack that carries more than one tensor [batch pos d_model] from block to block: streams side by side, or what earlier layers added. All of it belongs to
 * tokens one by one. The block by itself is such a stack of one block: what it carries begins as in a model's first block, from the block's input, and what it would hand
 * on is read as one stream.
 *
 * @param <S> what is carried
 */
public abstract class CarryingBlock<S> extends TwoStepBlock<S> {

    /** A block that declares nothing about its stream. */
    protected CarryingBlock(Placement.Parts parts, Symbols ofBoth) {
        super(parts, ofBoth);
    }

    /** A block whose streams go by declared sums. */
    protected CarryingBlock(Placement.Parts parts, Symbols ofBoth, StreamContract contract) {
        super(parts, ofBoth, contract);
    }

    /** What the first block of a stack gets, of the stack's input [batch pos d_model]. */
    protected abstract S begin(Pass pass, Tensor x);

    /** What comes in, shown at the hook points of the block's beginning. */
    protected abstract S entering(Pass pass, S carried);

    /** What goes on to the next block, shown at the hook points of the block's end. */
    protected abstract S leaving(Pass pass, S carried);

    /** What is carried, as one stream: [batch pos d_model]. */
    protected abstract Tensor read(Pass pass, S carried);

    @Override
    protected final Tensor equations(Pass pass, Tensor input, Tensor context) {
        S own = entering(pass, begin(pass, input));
        S seen = context == input ? own : begin(pass, context);
        return read(pass, leaving(pass, steps(pass, own, seen)));
    }

    /** From block to block. */
    final S handOn(Pass pass, S carried) {
        S own = entering(pass, carried);
        return leaving(pass, steps(pass, own, own));
    }
}
