package example.arrays;

import io.fluxo.backend.BackendProvider;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

public final class ArrayPlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        to.add(BackendProvider.KIND, "example-arrays", new ArrayProvider());
    }
}
