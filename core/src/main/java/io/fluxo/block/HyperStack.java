package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import java.util.List;

/** The streams of hyper-connections: they begin as copies of x_0 and end in their sum. */
final class HyperStack extends CarryingStack<Tensor> {

    private final Dim streams;

    HyperStack(List<Block> blocks, Dim streams) {
        super(all(HyperBlock.class, blocks, "streams of hyper-connections"));
        this.streams = streams;
    }

    @Override
    protected Tensor begin(Pass pass, Tensor x) {
        return HyperBlock.copies(pass, x, streams);
    }

    @Override
    protected Tensor end(Pass pass, Tensor h) {
        return ending(pass, List.of(h));
    }

    /** One tensor has all the streams. */
    @Override
    public Tensor ending(Pass pass, List<Tensor> streams) {
        return pass.sumOver(streams.getFirst(), 2);
    }
}
