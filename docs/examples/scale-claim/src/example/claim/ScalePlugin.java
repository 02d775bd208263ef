package example.claim;

import io.fluxo.experiments.verify.Claim;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** Brings the claim under its id; its mutant comes with it. */
public final class ScalePlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        Claim claim = new ScaleIsForgotten();
        to.add(Claim.KIND, claim.id(), claim);
    }
}
