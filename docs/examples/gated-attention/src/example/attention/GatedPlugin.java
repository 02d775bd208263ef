package example.attention;

import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** Brings {@code attention: example-gated}, which has a key of its own. */
public final class GatedPlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        to.add(AttentionKind.KIND, "example-gated", new Gated(Gated.STEEPNESS.standard()));
    }
}
