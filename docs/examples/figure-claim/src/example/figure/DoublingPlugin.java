package example.figure;

import io.fluxo.experiments.verify.Claim;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** Brings the claim under its id; its fault comes with it. */
public final class DoublingPlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        Claim claim = new MeanDoubles();
        to.add(Claim.KIND, claim.id(), claim);
    }
}
