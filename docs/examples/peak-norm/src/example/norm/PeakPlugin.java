package example.norm;

import io.fluxo.layer.norm.NormFactory;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** Brings {@code norm: example-peak}. */
public final class PeakPlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        to.add(NormFactory.KIND, "example-peak", PeakNorm::new);
    }
}
