package io.fluxo.experiments.verify.stack.fault;

import io.fluxo.block.Block;
import io.fluxo.block.CarryingStack;
import io.fluxo.block.DelegatingPlacement;
import io.fluxo.block.HyperBlock;
import io.fluxo.block.Placement;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Hyper-connections whose streams do not begin as copies: x_0 is in the first, and the others are empty. */
public record FirstStreamOnly(Placement original) implements DelegatingPlacement {

    @Override
    public Placement of(Placement other) {
        return new FirstStreamOnly(other);
    }

    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return new Stack(CarryingStack.all(HyperBlock.class, blocks, "streams"), original.traits().streams());
    }

    private static final class Stack extends CarryingStack<Tensor> {

        private final int streams;

        private Stack(List<HyperBlock> blocks, int streams) {
            super(blocks);
            this.streams = streams;
        }

        @Override
        protected Tensor begin(Pass pass, Tensor x) {
            Tensor first = pass.unsqueeze(x, 2);
            if (streams == 1) {
                return first;
            }
            Tensor none = pass.expand(pass.zerosLike(first), Shape.of(x.dim(0), x.dim(1), Dim.of("stream", streams - 1), x.dim(2)));
            return pass.concat(2, first, none);
        }

        @Override
        protected Tensor end(Pass pass, Tensor h) {
            return pass.sumOver(h, 2);
        }
    }
}
