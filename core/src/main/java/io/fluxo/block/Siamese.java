package io.fluxo.block;

import io.fluxo.block.SiameseBlock.Streams;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** SiameseNorm: both streams begin as x_0, and the stack ends in N(N(x_L) + N(y_L)); the outer norm is the model's final one. */
public final class Siamese implements Placement {

    @Override
    public Block block(Parts parts) {
        return new SiameseBlock(parts);
    }

    @Override
    public boolean finalNorm() {
        return true;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PLAIN).withStreams(2, "N(N(x_L) + N(y_L))")
                .departingFromTheSum("what attention returns joins two streams, one of which is normalised before and takes it up divided by √(2l)");
    }

    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return new TwoStreams(CarryingStack.all(SiameseBlock.class, blocks, "bounded stream"), norm.apply("ln_final_x"), norm.apply("ln_final_y"));
    }

    private static final class TwoStreams extends CarryingStack<Streams> {

        private final Layer ofX;
        private final Layer ofY;

        private TwoStreams(List<SiameseBlock> blocks, Layer ofX, Layer ofY) {
            super(blocks);
            this.ofX = part(ofX);
            this.ofY = part(ofY);
        }

        @Override
        protected Streams begin(Pass pass, Tensor x) {
            return SiameseBlock.both(x);
        }

        @Override
        protected Tensor end(Pass pass, Streams s) {
            return ending(pass, List.of(s.y(), s.x()));
        }

        @Override
        public Tensor ending(Pass pass, List<Tensor> streams) {
            return pass.add(ofX.forward(pass, streams.get(1)), ofY.forward(pass, streams.get(0)));
        }

        @Override
        public List<StreamEnd> ends() {
            return List.of(StreamEnd.normalised(ofY), StreamEnd.normalised(ofX));
        }
    }
}
