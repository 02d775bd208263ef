package io.fluxo.experiments.verify.stack.fault;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.Stack;
import io.fluxo.block.SubLayers;
import io.fluxo.block.Traits;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * A placement in whose stacks something else stands at a hook point than its blocks computed: whoever looks at the point sees the change.
 *
 * @param change what becomes of the values
 */
public record ChangedAtHook(Placement sound, Hooks change) implements Placement {

    @Override
    public List<Key<?>> keys() {
        return sound.keys();
    }

    @Override
    public Placement with(OwnSettings own) {
        return new ChangedAtHook(sound.with(own), change);
    }

    @Override
    public Block block(Parts parts) {
        return sound.block(parts);
    }

    @Override
    public boolean finalNorm() {
        return sound.finalNorm();
    }

    @Override
    public boolean embedNorm() {
        return sound.embedNorm();
    }

    @Override
    public SubLayers subLayers(SubLayers.Site site) {
        return sound.subLayers(site);
    }

    @Override
    public Traits traits() {
        return sound.traits();
    }

    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        Stack original = sound.stack(blocks, norm);
        return new Stack(blocks) {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return original.forward(pass.with(Hooks.all(List.of(change, pass.hooks()))), x);
            }

            @Override
            public Tensor ending(Pass pass, List<Tensor> streams) {
                return original.ending(pass, streams);
            }
        };
    }
}
