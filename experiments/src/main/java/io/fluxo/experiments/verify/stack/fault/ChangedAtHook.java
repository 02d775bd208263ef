package io.fluxo.experiments.verify.stack.fault;

import io.fluxo.block.Block;
import io.fluxo.block.DelegatingPlacement;
import io.fluxo.block.Placement;
import io.fluxo.block.Stack;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * A placement in whose stacks something else stands at a hook point than its blocks computed: whoever looks at the point sees the change.
 *
 * @param change what becomes of the values
 */
public record ChangedAtHook(Placement original, Hooks change) implements DelegatingPlacement {

    @Override
    public Placement of(Placement other) {
        return new ChangedAtHook(other, change);
    }

    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        Stack sound = original.stack(blocks, norm);
        return new Stack(blocks) {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return sound.forward(pass.with(Hooks.all(List.of(change, pass.hooks()))), x);
            }

            @Override
            public Tensor ending(Pass pass, List<Tensor> streams) {
                return sound.ending(pass, streams);
            }
        };
    }
}
