package example.parallel;

import io.fluxo.block.Placement;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** Brings the block under the name {@code example-parallel}; a final norm follows the last one. */
public final class ParallelPlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        to.add(Placement.KIND, "example-parallel", Placement.of(ParallelBlock::new, true, ParallelBlock.TRAITS));
    }
}
