package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Attention Residuals: the stack ends in a mixture of all sources too, by a pseudo-query of its own, before the final norm.
 *
 * @param size how many sub-layers one source adds up: 1 is the full variant, more the block variant
 */
public record AttnRes(int size) implements Placement {

    public static final Key<Integer> SIZE = Key.of("sub_layers", Type.whole(1), 1, "how many sub-layers add up to one source; 1 keeps each by itself");

    /** Each sub-layer is a source. */
    public static final AttnRes STANDARD = new AttnRes(SIZE.standard());

    @Override
    public List<Key<?>> keys() {
        return List.of(SIZE);
    }

    @Override
    public Placement with(OwnSettings own) {
        return new AttnRes(own.get(SIZE));
    }

    @Override
    public Block block(Parts parts) {
        return new AttnResBlock(parts, size);
    }

    @Override
    public boolean finalNorm() {
        return true;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PLAIN).endingIn("N(a mixture of all sources)")
                .departingFromTheSum("what attention returns is not added: it is one of the sources that later sub-layers mix");
    }

    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return new Mixing(CarryingStack.all(AttnResBlock.class, blocks, "sources"));
    }

    private final class Mixing extends CarryingStack<Sources> {

        private final Optional<DepthMix> last;

        private Mixing(List<AttnResBlock> blocks) {
            super(blocks);
            last = blocks.stream().findFirst().map(block -> part(new DepthMix("depth_final", block.dModel())));
        }

        @Override
        protected Sources begin(Pass pass, Tensor x) {
            return Sources.of(pass, x, size);
        }

        /** Without a block there is nothing to mix. */
        @Override
        protected Tensor end(Pass pass, Sources sources) {
            return last.isEmpty() ? sources.sum(pass) : ending(pass, List.of(sources.stacked()));
        }

        /** One tensor has all the sources so far. */
        @Override
        public Tensor ending(Pass pass, List<Tensor> streams) {
            return last.orElseThrow().forward(pass, streams.getFirst());
        }

        @Override
        public List<StreamEnd> ends() {
            return List.of(last.map(mix -> StreamEnd.weighed(mix.path() + ".hook_pattern")).orElse(StreamEnd.PLAIN));
        }
    }
}
