package io.fluxo.block;

import io.fluxo.block.ResiDualBlock.Streams;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** ResiDual (Xie et al. 2023): both streams begin as x_0, and the stack ends in x_L + N(r_L). */
public final class ResiDual implements Placement {

    @Override
    public Block block(Parts parts) {
        return new ResiDualBlock(parts);
    }

    /** The stack's own ending has one. */
    @Override
    public boolean finalNorm() {
        return false;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PLAIN).withStreams(2, "x_L + N(r_L)");
    }

    /** @throws IllegalArgumentException where a block has no second stream */
    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return new TwoStreams(CarryingStack.all(ResiDualBlock.class, blocks, "second stream"), norm.apply("ln_final"));
    }

    private static final class TwoStreams extends CarryingStack<Streams> {

        private final Layer norm;

        private TwoStreams(List<ResiDualBlock> blocks, Layer norm) {
            super(blocks);
            this.norm = part(norm);
        }

        @Override
        protected Streams begin(Pass pass, Tensor x) {
            return ResiDualBlock.both(x);
        }

        @Override
        protected Tensor end(Pass pass, Streams streams) {
            return ending(pass, List.of(streams.x(), streams.r()));
        }

        @Override
        public Tensor ending(Pass pass, List<Tensor> streams) {
            return pass.add(streams.get(0), norm.forward(pass, streams.get(1)));
        }

        @Override
        public List<StreamEnd> ends() {
            return List.of(StreamEnd.PLAIN, StreamEnd.normalised(norm));
        }
    }
}
